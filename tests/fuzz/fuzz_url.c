/* URLs: what is shown of one holds no secret and leads to the same place. The input is the text. */
#include "base/url.h"
#include "fuzz.h"

#include <curl/curl.h>

static bool is_visible(const char *text) {
  while (*text > ' ' && *text < 0x7f)
    text++;
  return *text == '\0';
}

static void check_parts(const seine_url_t *url) {
  MUST(strcmp(url->scheme, "http") == 0 || strcmp(url->scheme, "https") == 0);
  MUST(url->port >= 1 && url->port <= 65535);
  MUST(*url->host && is_visible(url->host) && !strpbrk(url->host, "/\\@?#"));
  MUST(url->path[0] == '/');
  MUST(!strpbrk(url->path, "?#") && is_visible(url->path));
  MUST(!url->query || (!strchr(url->query, '#') && is_visible(url->query)));
}

static void check_public(const char *public_url) {
  char *authority = strstr(public_url, "://");
  MUST(authority && is_visible(public_url));
  authority += 3;
  MUST(!memchr(authority, '@', strcspn(authority, "/?#")));
  MUST(!strchr(public_url, '#'));
}

/* What is read of a URL's own parts, written out, must be read the same. */
static void check_again(const seine_url_t *url, const char *text) {
  seine_url_t again;
  char cause[200] = "";
  MUST(seine_url_parse(&again, text, cause, sizeof cause) == 0);
  MUST(strcmp(again.scheme, url->scheme) == 0 && strcmp(again.host, url->host) == 0 && again.port == url->port);
  MUST(strcmp(again.path, url->path) == 0);
  MUST(!again.query == !url->query && strcmp(again.query ? again.query : "", url->query ? url->query : "") == 0);
  MUST(strcmp(again.public_url, url->public_url) == 0);
  seine_url_clear(&again);
}

/* A canonical URL is read as one, and gives the same text. */
static void check_canonical(const seine_url_t *url, const char *full) {
  seine_url_t again;
  char *twice;
  MUST(url_parse(&again, &twice, full, NULL, 0) == 0 && strcmp(twice, full) == 0);
  seine_url_clear(&again);
  free(twice);
  size_t length = seine_url_canonical_length(full);
  MUST(length == 0 || (length == strlen(full) && strcmp(full, url->public_url) == 0));
  MUST(url_resolve(&again, full, "", NULL, 0) == 0 && strcmp(again.public_url, url->public_url) == 0);
  seine_url_clear(&again);
}

/* libcurl reads the same host in what it is given. */
static void check_libcurl(const seine_url_t *url, const char *full) {
  CURLU *handle = curl_url();
  char *host = NULL;
  if (!handle) abort();
  MUST(curl_url_set(handle, CURLUPART_URL, full, 0) == CURLUE_OK);
  MUST(curl_url_get(handle, CURLUPART_HOST, &host, 0) == CURLUE_OK);
  size_t bracket = *host == '[', length = strlen(url->host);
  MUST(strncmp(host + bracket, url->host, length) == 0 && strchr("]%", host[bracket + length]));
  curl_free(host);
  curl_url_cleanup(handle);
}

/* The short way must lead to the host that the long one leads to. */
static void check_origin(const seine_url_t *url, const char *text, const char *canonical) {
  seine_url_t origin;
  char *full;
  MUST(url_origin(&origin, &full, text) == 0);
  MUST(strcmp(full ? full : text, canonical) == 0);
  MUST(strcmp(origin.scheme, url->scheme) == 0 && strcmp(origin.host, url->host) == 0 && origin.port == url->port);
  seine_url_clear(&origin);
  free(full);
  size_t length = url_origin_length(canonical);
  if (length == 0) return;
  /* Fetches of one host share it: any canonical URL with this beginning is of this host. */
  char *other = malloc(length + sizeof "/other");
  if (!other) abort();
  memcpy(other, canonical, length);
  strcpy(other + length, "/other");
  MUST(url_origin(&origin, &full, other) == 0);
  MUST(strcmp(origin.scheme, url->scheme) == 0 && strcmp(origin.host, url->host) == 0 && origin.port == url->port);
  seine_url_clear(&origin);
  free(full);
  free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size), *full, cause[200] = "";
  seine_url_t url;
  int error = url_parse(&url, &full, text, cause, sizeof cause);
  if (error) {
    MUST(error == SEINE_EURL && *cause && !full && !url.host && !url.public_url);
    MUST(url_origin(&url, &full, text) == SEINE_EURL && !full && !url.host);
    free(text);
    return 0;
  }
  check_parts(&url);
  check_public(url.public_url);
  check_again(&url, url.public_url);
  check_again(&url, full);
  check_origin(&url, text, full);
  MUST(is_visible(full));
  check_canonical(&url, full);
  check_libcurl(&url, full);
  seine_url_clear(&url);
  free(full);
  free(text);
  return 0;
}
