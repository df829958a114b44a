/* URLs taken apart by the parser that will fetch them, so that what was checked is what is connected to. */
#include "url.h"

#include <curl/curl.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AS_IT_IS     CURLU_PUNYCODE /* for CURLUPART_URL: without it, libcurl encodes what it decoded in a host */
#define URL_SIZE_MAX 65536
#define NO_HOST_HAS  "/\\@?#<>^|\"`{}%"

static int refuse(char *cause, size_t size, const char *why) {
  if (cause && size) snprintf(cause, size, "%s", why);
  return SEINE_EURL;
}

/* What libcurl would pass over or encode in silence, and a server might read as something else. */
static const char *text_problem(const char *text) {
  size_t length = 0;
  for (const unsigned char *at = (const unsigned char *)text; *at; at++, length++) {
    if (*at == ' ') return "the URL contains a space, which is %20 in a URL";
    if (*at == '\t') return "the URL contains a tab";
    if (*at < ' ' || *at == 0x7f) return "the URL contains a control character";
  }
  if (!length) return "the URL is empty";
  if (length > URL_SIZE_MAX) return "the URL is longer than 64 KiB";
  /* Without this, libcurl's errors for "example.com:80", "file:/x" and "[cat](http://x/)" would name anything but the
   * cause. */
  size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  if (strncmp(text + scheme, "://", 3) != 0) return "the URL does not begin with http:// or https://";
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

static bool is_visible(const char *text) {
  while (*text > ' ' && *text < 0x7f)
    text++;
  return !*text;
}

/* "[::1%25eth0]" and "[::1]" lose their brackets; letters become lower case. */
static CURLUcode host_get(CURLU *handle, char **host) {
  CURLUcode code = part_get(handle, CURLUPART_HOST, 0, host);
  if (code) return code;
  size_t length = strlen(*host);
  if (length >= 2 && (*host)[0] == '[') {
    memmove(*host, *host + 1, length - 2);
    (*host)[length - 2] = 0;
  }
  if (!**host) return CURLUE_NO_HOST;
  for (char *at = *host; *at; at++)
    if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
  /* libcurl decodes %XX in a host: what comes out must still be able to be one. */
  return is_visible(*host) && !strpbrk(*host, NO_HOST_HAS) ? CURLUE_OK : CURLUE_BAD_HOSTNAME;
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
  if (!code && full) code = part_get(handle, CURLUPART_URL, AS_IT_IS, full);
  if (!code) code = curl_url_set(handle, CURLUPART_USER, NULL, 0);
  if (!code) code = curl_url_set(handle, CURLUPART_PASSWORD, NULL, 0);
  if (!code) code = curl_url_set(handle, CURLUPART_OPTIONS, NULL, 0);
  if (!code) code = part_get(handle, CURLUPART_URL, AS_IT_IS, &url->public_url);
  /* An address's zone is the one part that libcurl neither encodes nor checks. */
  if (!code && !is_ascii(url->public_url)) code = CURLUE_BAD_HOSTNAME;
  return code;
}

/* A name in ASCII, by the rules that libcurl has: those of today, or else the older ones. `ascii` is the caller's, also
 * where it is refused. */
static CURLUcode name_to_ascii(const char *name, char **ascii) {
  uint8_t *made = NULL;
  int error = idn2_lookup_u8((const uint8_t *)name, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (error && error != IDN2_MALLOC) error = idn2_lookup_u8((const uint8_t *)name, &made, IDN2_TRANSITIONAL);
  if (error) return error == IDN2_MALLOC ? CURLUE_OUT_OF_MEMORY : CURLUE_BAD_HOSTNAME;
  *ascii = strdup((const char *)made);
  idn2_free(made);
  if (!*ascii) return CURLUE_OUT_OF_MEMORY;
  /* Letters of full width become plain ones, and so do slashes. */
  return **ascii && is_visible(*ascii) && !strpbrk(*ascii, NO_HOST_HAS ":[]") ? CURLUE_OK : CURLUE_BAD_HOSTNAME;
}

/* Whether the host may be written with %XX; so may the user's name. */
static bool is_encoded(const char *text) {
  const char *authority = strstr(text, "://") + 3;
  authority += strspn(authority, "/");
  return memchr(authority, '%', strcspn(authority, "/?#"));
}

/* libcurl would take host names to be in the locale's encoding, where URLs are UTF-8, converts only when it connects,
 * and leaks those that it refuses (7.88): it never sees one. What was converted or decoded is parsed anew, as it may be
 * an address in digits of full width, or "0" spelt "%30". */
static CURLUcode host_settle(CURLU *handle, const char *given) {
  char *name = NULL, *ascii = NULL, *text = NULL;
  CURLUcode code = part_get(handle, CURLUPART_HOST, 0, &name);
  if (!code && strchr(name, '%')) code = CURLUE_BAD_HOSTNAME;
  bool converted = !code && !is_ascii(name);
  if (converted) code = name_to_ascii(name, &ascii);
  if (converted && !code) code = curl_url_set(handle, CURLUPART_HOST, ascii, 0);
  if (!code && (converted || is_encoded(given))) {
    code = part_get(handle, CURLUPART_URL, AS_IT_IS, &text);
    if (!code) code = curl_url_set(handle, CURLUPART_URL, text, 0);
  }
  free(name);
  free(ascii);
  free(text);
  return code;
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
  CURLUcode code = take_scheme(handle, text, url);
  if (!code) code = host_settle(handle, text);
  if (!code) code = take_apart(handle, url, full);
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

/* ---- URLs that no two parsers would read in two ways, which are nearly all of a list ---- */

#define HOST_MOST 253 /* bytes of a name */

static size_t plain_name(const char *text) {
  size_t length = 0;
  if (*text < 'a' || *text > 'z') return 0;
  for (;; length++) {
    char c = text[length];
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!is_letter && (c != '.' || text[length - 1] == '.')) break;
  }
  return text[length - 1] != '.' && length <= HOST_MOST ? length : 0;
}

/* Four numbers as they are usually written; libcurl would make them of others. */
static size_t plain_address(const char *text) {
  const char *at = text;
  for (int part = 0; part < 4; part++) {
    if (part > 0 && *at++ != '.') return 0;
    const char *digits = at;
    unsigned number = 0;
    while (*at >= '0' && *at <= '9' && at - digits < 3)
      number = number * 10 + (unsigned)(*at++ - '0');
    if (at == digits || number > 255 || (*digits == '0' && at - digits > 1)) return 0;
  }
  return (size_t)(at - text);
}

/* ":80", or nothing, which leaves *port as it is. The length, or SIZE_MAX for what is neither. */
static size_t plain_port(const char *text, unsigned *port) {
  size_t length = 1;
  unsigned number = 0;
  if (*text != ':') return 0;
  if (text[1] == '0') return SIZE_MAX;
  while (text[length] >= '0' && text[length] <= '9' && length < 6)
    number = number * 10 + (unsigned)(text[length++] - '0');
  if (length == 1 || number > 65535) return SIZE_MAX;
  *port = number;
  return length;
}

/* False if the URL is one for libcurl to take apart. A string that could not be had is NULL. */
static bool take_plain_origin(const char *text, seine_url_t *url) {
  bool is_tls = strncmp(text, "https://", 8) == 0;
  if (!is_tls && strncmp(text, "http://", 7) != 0) return false;
  const char *host = text + (is_tls ? 8 : 7);
  size_t length = plain_name(host);
  if (!length) length = plain_address(host);
  if (!length) return false;
  url->port = is_tls ? 443 : 80;
  size_t port_length = plain_port(host + length, &url->port);
  if (port_length == SIZE_MAX || !url_is_plain_path(host + length + port_length)) return false;
  url->scheme = strdup(is_tls ? "https" : "http");
  url->host = strndup(host, length);
  return true;
}

int url_origin(seine_url_t *url, char **full, const char *text) {
  memset(url, 0, sizeof(*url));
  *full = NULL;
  if (take_plain_origin(text, url)) {
    if (url->scheme && url->host) return 0;
    seine_url_clear(url);
    return SEINE_ENOMEM;
  }
  if (text_problem(text) || !is_ascii(text) || is_encoded(text)) return url_parse(url, full, text, NULL, 0);
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
  /* none in "http:///a", where libcurl takes the host from the path */
  size_t host = slashes ? strcspn(slashes + 3, "/?#") : 0;
  return host ? (size_t)(slashes - text) + 3 + host : 0;
}

bool url_is_plain_path(const char *path) {
  const char *at = path;
  if (*at != '/') return false;
  while (*at > ' ' && *at < 0x7f)
    at++;
  return !*at && at - path < URL_SIZE_MAX / 2;
}

static CURLUcode lend_userinfo(CURLU *from, CURLU *to, char **url) {
  char *user = NULL, *password = NULL;
  CURLUcode code = part_get(from, CURLUPART_USER, 0, &user);
  if (!code) code = curl_url_set(to, CURLUPART_USER, user, 0);
  if (!code) code = part_get(from, CURLUPART_PASSWORD, 0, &password);
  if (code == CURLUE_NO_PASSWORD)
    code = CURLUE_OK;
  else if (!code)
    code = curl_url_set(to, CURLUPART_PASSWORD, password, 0);
  if (!code) code = part_get(to, CURLUPART_URL, 0, url);
  free(user);
  free(password);
  return code;
}

int url_with_userinfo_of(const char *target, const char *origin, char **url) {
  CURLU *from = curl_url(), *to = curl_url();
  *url = NULL;
  CURLUcode code = from && to ? curl_url_set(from, CURLUPART_URL, origin, CURLU_URLENCODE) : CURLUE_OUT_OF_MEMORY;
  if (!code) code = curl_url_set(to, CURLUPART_URL, target, 0);
  if (!code) code = lend_userinfo(from, to, url);
  curl_url_cleanup(from);
  curl_url_cleanup(to);
  return code == CURLUE_OUT_OF_MEMORY ? SEINE_ENOMEM : 0;
}
