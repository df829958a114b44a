/* URLs taken apart by the parser that will fetch them, so that what was checked is what is connected to. */
#include "url.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* CURLUPART_URL and CURLUPART_HOST in ASCII: older libcurls convert only when they connect. */
#if LIBCURL_VERSION_NUM >= 0x075800
#define ASCII_HOST CURLU_PUNYCODE
#else
#define ASCII_HOST 0
#endif

#define URL_SIZE_MAX 65536

static int refuse(char *cause, size_t size, const char *why) {
  if (cause && size) snprintf(cause, size, "%s", why);
  return SEINE_EURL;
}

/* What libcurl would pass over or encode in silence, and a server might read as something else. */
static const char *text_problem(const char *text) {
  size_t length = 0;
  for (const unsigned char *at = (const unsigned char *)text; *at; at++, length++) {
    if (*at == ' ') return "the URL contains a space";
    if (*at < ' ' || *at == 0x7f) return "the URL contains a control character";
  }
  if (!length) return "the URL is empty";
  if (length > URL_SIZE_MAX) return "the URL is longer than 64 KiB";
  /* Without this, libcurl's errors for "example.com:80" and "file:/x" would name anything but the cause. */
  if (!strstr(text, "://")) return "the URL has no scheme; it begins with http:// or https://";
  return NULL;
}

static const char *code_text(CURLUcode code) {
  switch (code) {
  case CURLUE_BAD_PORT_NUMBER:
    return "the port is not a number from 1 to 65535";
  case CURLUE_BAD_HOSTNAME:
  case CURLUE_BAD_IPV6:
    return "the URL's host is malformed";
  case CURLUE_NO_HOST:
    return "the URL has no host";
  case CURLUE_UNSUPPORTED_SCHEME:
  case CURLUE_BAD_SCHEME:
    return "the URL's scheme is neither http nor https";
  case CURLUE_BAD_SLASHES:
    return "the URL has too many slashes after its scheme";
  case CURLUE_BAD_LOGIN:
  case CURLUE_BAD_USER:
  case CURLUE_BAD_PASSWORD:
    return "the URL's user name or password is malformed";
  default:
    return "the URL is malformed";
  }
}

/* A part as a string of ours: libcurl may have been given another allocator. */
static CURLUcode part_get(CURLU *handle, CURLUPart part, unsigned flags, char **out) {
  char *value;
  CURLUcode code = curl_url_get(handle, part, &value, flags);
  if (code) return code;
  *out = strdup(value);
  curl_free(value);
  return *out ? CURLUE_OK : CURLUE_OUT_OF_MEMORY;
}

static CURLUcode port_get(CURLU *handle, unsigned *port) {
  char *digits = NULL;
  CURLUcode code = part_get(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, &digits);
  if (code) return code;
  *port = (unsigned)strtoul(digits, NULL, 10);
  free(digits);
  return *port >= 1 && *port <= 65535 ? CURLUE_OK : CURLUE_BAD_PORT_NUMBER;
}

/* "[::1%25eth0]" and "[::1]" lose their brackets; letters become lower case. */
static CURLUcode host_get(CURLU *handle, char **host) {
  CURLUcode code = part_get(handle, CURLUPART_HOST, ASCII_HOST, host);
  if (code) return code;
  size_t length = strlen(*host);
  if (length >= 2 && (*host)[0] == '[') {
    memmove(*host, *host + 1, length - 2);
    (*host)[length - 2] = 0;
  }
  if (!**host) return CURLUE_NO_HOST;
  for (char *at = *host; *at; at++) {
    if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
    /* libcurl decodes %XX in a host: what comes out must still be able to be one. */
    if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("/\\@?#<>^|\"`{}", *at))
      return CURLUE_BAD_HOSTNAME;
  }
  return CURLUE_OK;
}

static bool is_ascii(const char *text) {
  while (*text && !(*text & 0x80))
    text++;
  return !*text;
}

static CURLUcode take_apart(CURLU *handle, seine_url_t *url, char **full) {
  CURLUcode code = port_get(handle, &url->port);
  if (!code) code = host_get(handle, &url->host);
  if (!code) code = part_get(handle, CURLUPART_PATH, 0, &url->path);
  if (!code) code = part_get(handle, CURLUPART_QUERY, 0, &url->query);
  if (code == CURLUE_NO_QUERY) code = CURLUE_OK;
  if (!code) code = curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
  if (!code && full) code = part_get(handle, CURLUPART_URL, ASCII_HOST, full);
  if (!code) code = curl_url_set(handle, CURLUPART_USER, NULL, 0);
  if (!code) code = curl_url_set(handle, CURLUPART_PASSWORD, NULL, 0);
  if (!code) code = curl_url_set(handle, CURLUPART_OPTIONS, NULL, 0);
  if (!code) code = part_get(handle, CURLUPART_URL, ASCII_HOST, &url->public_url);
  /* An address's zone is the one part that libcurl neither encodes nor checks. */
  if (!code && !is_ascii(url->public_url)) code = CURLUE_BAD_HOSTNAME;
  return code;
}

/* libcurl's IDN library takes host names to be in the locale's encoding, and a program may well be in "C", which has no
 * such names. URLs are UTF-8 wherever they are read, so this thread is, for this call. */
static CURLUcode take_apart_utf8(CURLU *handle, const char *host, seine_url_t *url, char **full) {
  locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  if (!utf8) return CURLUE_OUT_OF_MEMORY;
  locale_t before = uselocale(utf8);
  /* libcurl 7.88 leaks a name that it cannot convert: what is no UTF-8 need not get that far. */
  bool sound = mbstowcs(NULL, host, 0) != (size_t)-1;
  CURLUcode code = sound ? take_apart(handle, url, full) : CURLUE_BAD_HOSTNAME;
  uselocale(before);
  freelocale(utf8);
  /* What libcurl says where it could not convert a name. */
  return code == CURLUE_OUT_OF_MEMORY ? CURLUE_BAD_HOSTNAME : code;
}

static CURLUcode take_scheme(CURLU *handle, const char *text, seine_url_t *url) {
  CURLUcode code = curl_url_set(handle, CURLUPART_URL, text, CURLU_URLENCODE);
  if (!code) code = part_get(handle, CURLUPART_SCHEME, 0, &url->scheme);
  if (!code && strcmp(url->scheme, "http") != 0 && strcmp(url->scheme, "https") != 0) code = CURLUE_UNSUPPORTED_SCHEME;
  return code;
}

static CURLUcode take_origin(const char *text, seine_url_t *url) {
  CURLU *handle = curl_url();
  if (!handle) return CURLUE_OUT_OF_MEMORY;
  CURLUcode code = take_scheme(handle, text, url);
  if (!code) code = port_get(handle, &url->port);
  if (!code) code = host_get(handle, &url->host);
  curl_url_cleanup(handle);
  return code;
}

static CURLUcode take_text(const char *text, seine_url_t *url, char **full) {
  CURLU *handle = curl_url();
  if (!handle) return CURLUE_OUT_OF_MEMORY;
  char *host = NULL;
  CURLUcode code = take_scheme(handle, text, url);
  if (!code) code = part_get(handle, CURLUPART_HOST, 0, &host);
  if (!code && is_ascii(host)) {
    code = take_apart(handle, url, full);
  } else if (!code) {
    code = take_apart_utf8(handle, host, url, full);
  }
  free(host);
  curl_url_cleanup(handle);
  return code;
}

int url_parse(seine_url_t *url, char **full, const char *text, char *cause, size_t size) {
  memset(url, 0, sizeof(*url));
  if (full) *full = NULL;
  const char *problem = text ? text_problem(text) : "there is no URL";
  if (problem) return refuse(cause, size, problem);
  CURLUcode code = take_text(text, url, full);
  if (!code) return 0;
  seine_url_clear(url);
  if (full) {
    free(*full);
    *full = NULL;
  }
  return code == CURLUE_OUT_OF_MEMORY ? SEINE_ENOMEM : refuse(cause, size, code_text(code));
}

int url_origin(seine_url_t *url, char **full, const char *text) {
  if (text_problem(text) || !is_ascii(text)) return url_parse(url, full, text, NULL, 0);
  memset(url, 0, sizeof(*url));
  *full = NULL;
  CURLUcode code = take_origin(text, url);
  if (!code) return 0;
  seine_url_clear(url);
  return code == CURLUE_OUT_OF_MEMORY ? SEINE_ENOMEM : SEINE_EURL;
}

int seine_url_parse(seine_url_t *url, const char *text, char *cause, size_t size) {
  return url_parse(url, NULL, text, cause, size);
}

void seine_url_clear(seine_url_t *url) {
  free(url->scheme);
  free(url->host);
  free(url->path);
  free(url->query);
  free(url->public_url);
  memset(url, 0, sizeof(*url));
}

size_t url_origin_length(const char *text) {
  const char *slashes = strstr(text, "://");
  size_t host = slashes ? strcspn(slashes + 3, "/?#") : 0; /* none in "http:///a", where libcurl takes the host from the path */
  return host ? (size_t)(slashes - text) + 3 + host : 0;
}

bool url_is_plain_path(const char *path) {
  const char *at = path;
  if (*at != '/') return false;
  while (*at > ' ' && *at < 0x7f)
    at++;
  return !*at && at - path < URL_SIZE_MAX / 2;
}

char *url_with_userinfo_of(const char *target, const char *origin) {
  CURLU *from = curl_url(), *to = curl_url();
  char *user = NULL, *password = NULL, *url = NULL;
  if (from && to && !curl_url_set(from, CURLUPART_URL, origin, CURLU_URLENCODE) &&
      !part_get(from, CURLUPART_USER, 0, &user) && !curl_url_set(to, CURLUPART_URL, target, 0)) {
    CURLUcode code = curl_url_set(to, CURLUPART_USER, user, 0);
    if (!code && !part_get(from, CURLUPART_PASSWORD, 0, &password))
      code = curl_url_set(to, CURLUPART_PASSWORD, password, 0);
    if (!code) part_get(to, CURLUPART_URL, 0, &url);
  }
  curl_url_cleanup(from);
  curl_url_cleanup(to);
  free(user);
  free(password);
  return url;
}
