/* Takes URLs apart by the rules that browsers have (url.spec.whatwg.org), so that there is one reading of each: libcurl
 * is given the outcome, which it cannot read in another way. */
#include "base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/url_host.h"
#include "base/url_path.h"

#define URL_SIZE_MAX 65536 /* bytes of a canonical URL */
#define PORT_MAX     65535

/* A canonical URL and where its components stand in it. */
struct url_parts {
  const char *text;
  size_t length;
  bool is_tls;
  size_t userinfo, userinfo_size; /* with its "@" */
  size_t host, host_size;
  unsigned port;
  size_t path, path_size;
  size_t query; /* behind its "?"; 0: there is none */
};

static unsigned default_port(bool is_tls) {
  return is_tls ? 443 : 80;
}

/* ---- URLs that are canonical already, which are nearly all of a list ---- */

/* Reads ":8080", or nothing, which leaves *port as it is. Returns the length, or SIZE_MAX for a port that is not
 * canonical. */
static size_t canonical_port(const char *text, unsigned *port) {
  size_t length = 1;
  unsigned number = 0;
  if (*text != ':') return 0;
  if (text[1] == '0') return SIZE_MAX;
  while (text[length] >= '0' && text[length] <= '9' && length < 6)
    number = number * 10 + (unsigned)(text[length++] - '0');
  if (length == 1 || number > PORT_MAX || number == *port) return SIZE_MAX;
  *port = number;
  return length;
}

/* Takes a text apart that is canonical and without userinfo; false for any other text, and for a few such. */
static bool parse_canonical(struct url_parts *parts, const char *text) {
  bool is_tls = strncmp(text, "https://", 8) == 0;
  if (!is_tls && strncmp(text, "http://", 7) != 0) return false;
  *parts = (struct url_parts){.text = text, .is_tls = is_tls, .host = is_tls ? 8 : 7, .port = default_port(is_tls)};
  parts->userinfo = parts->host;
  parts->host_size = url_host_canonical_length(text + parts->host);
  if (!parts->host_size) return false;
  size_t port = canonical_port(text + parts->host + parts->host_size, &parts->port);
  if (port == SIZE_MAX) return false;
  parts->path = parts->host + parts->host_size + port;
  size_t canonical = url_path_canonical_length(text + parts->path);
  parts->length = parts->path + canonical;
  return canonical && parts->length <= URL_SIZE_MAX;
}

static void find_query(struct url_parts *parts) {
  const char *path = parts->text + parts->path, *mark = memchr(path, '?', parts->length - parts->path);
  parts->path_size = mark ? (size_t)(mark - path) : parts->length - parts->path;
  parts->query = mark ? (size_t)(mark + 1 - parts->text) : 0;
}

size_t seine_url_canonical_length(const char *text) {
  struct url_parts parts;
  return parse_canonical(&parts, text) ? parts.length : 0;
}

/* ---- All others ---- */

/* The size of an invisible mark that begins at `text`: a byte order mark, a blank of no width, a mark of the direction
 * of writing. Copying from pages and sheets leaves them around a URL. */
static size_t mark_size(const unsigned char *text, size_t size) {
  if (size >= 2 && ((text[0] == 0xc2 && text[1] == 0xad) || (text[0] == 0xd8 && text[1] == 0x9c))) return 2;
  if (size < 3) return 0;
  if (text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf) return 3;
  if (text[0] != 0xe2) return 0;
  bool is_mark = (text[1] == 0x80 && ((text[2] >= 0x8b && text[2] <= 0x8f) || (text[2] >= 0xaa && text[2] <= 0xae))) ||
                 (text[1] == 0x81 && text[2] >= 0xa0 && text[2] <= 0xaf);
  return is_mark ? 3 : 0;
}

static bool is_blank(unsigned char byte) {
  return byte && byte <= ' ';
}

static size_t blank_before(const unsigned char *text, size_t size) {
  return size && is_blank(*text) ? 1 : mark_size(text, size);
}

static size_t blank_at_end(const unsigned char *text, size_t size) {
  if (size && is_blank(text[size - 1])) return 1;
  for (size_t length = 2; length <= 3; length++)
    if (size >= length && mark_size(text + size - length, length) == length) return length;
  return 0;
}

size_t seine_url_trim(const char *text, size_t *size) {
  const unsigned char *from = (const unsigned char *)text;
  size_t before = 0;
  for (size_t blank; (blank = blank_before(from + before, *size)); before += blank)
    *size -= blank;
  for (size_t blank; (blank = blank_at_end(from + before, *size));)
    *size -= blank;
  return before;
}

/* Copies a text without what stands around it, and without the tabs and line ends in it. NULL without memory. */
static char *copy_trimmed(const char *text) {
  size_t size = strlen(text);
  const char *from = text + seine_url_trim(text, &size);
  char *copy = malloc(size + 1), *to = copy;
  if (!copy) return NULL;
  for (size_t i = 0; i < size; i++)
    if (from[i] != '\t' && from[i] != '\n' && from[i] != '\r') *to++ = from[i];
  *to = '\0';
  return copy;
}

/* The size of "scheme:" at the beginning of a text; 0 if it begins with none. */
static size_t scheme_size(const char *text) {
  size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  bool is_scheme = text[size] == ':' && ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'));
  return is_scheme ? size + 1 : 0;
}

static const char *scheme_problem(const char *text) {
  size_t size = scheme_size(text);
  if (!*text) return "the URL is empty";
  if (size && strncmp(text + size, "//", 2) == 0) return "the URL's scheme is neither http nor https";
  return "the URL does not begin with http:// or https://";
}

static bool is_slash(char c) {
  return c == '/' || c == '\\';
}

/* Adds "user:password@", encoded. An empty name with an empty password is none. */
static void add_userinfo(struct url_text *out, const char *from, size_t size) {
  const char *colon = memchr(from, ':', size);
  size_t user = colon ? (size_t)(colon - from) : size, password = colon ? size - user - 1 : 0;
  if (!user && !password) return;
  url_add_encoded(out, URL_USERINFO, from, user);
  if (password) {
    url_add(out, ":", 1);
    url_add_encoded(out, URL_USERINFO, colon + 1, password);
  }
  url_add(out, "@", 1);
}

static const char *read_port(const char *from, size_t size, unsigned *port) {
  static const char problem[] = "the port is not a number from 1 to 65535";
  unsigned number = 0;
  if (!size) return NULL;
  for (size_t i = 0; i < size; i++) {
    if (from[i] < '0' || from[i] > '9') return problem;
    number = number * 10 + (unsigned)(from[i] - '0');
    if (number > PORT_MAX) return problem;
  }
  *port = number;
  return number ? NULL : problem;
}

/* Adds the host and the port, unless that is the scheme's own. */
static const char *add_host(struct url_parts *parts, struct url_text *out, const char *from, size_t size) {
  const char *end = from + size, *bracket = size && *from == '[' ? memchr(from, ']', size) : NULL;
  const char *rest = bracket ? bracket + 1 : from, *colon = memchr(rest, ':', (size_t)(end - rest));
  char *host, digits[8];
  const char *problem = url_host_read(from, (size_t)((colon ? colon : end) - from), &host);
  if (!problem && colon) problem = read_port(colon + 1, (size_t)(end - colon - 1), &parts->port);
  if (!problem) {
    parts->host = out->length;
    parts->host_size = strlen(host);
    url_add(out, host, parts->host_size);
    if (parts->port != default_port(parts->is_tls))
      url_add(out, digits, (size_t)snprintf(digits, sizeof digits, ":%u", parts->port));
  }
  free(host);
  return problem;
}

/* Adds what stands between the slashes behind the scheme and the path. Returns its end in *text. */
static const char *add_authority(struct url_parts *parts, struct url_text *out, const char **text) {
  const char *from = *text;
  size_t size = strcspn(from, "/?#\\");
  /* Browsers end the host at the backslash, and others at the "@": whoever wrote it meant to deceive one of them. */
  if (from[size] == '\\' && memchr(from + size, '@', strcspn(from + size, "/?#")))
    return "the URL has a backslash before an @, which programs read in two ways";
  *text = from + size;
  const char *at = memrchr(from, '@', size);
  parts->userinfo = out->length;
  if (at) add_userinfo(out, from, (size_t)(at - from));
  parts->userinfo_size = out->length - parts->userinfo;
  if (at) from = at + 1;
  return add_host(parts, out, from, (size_t)(*text - from));
}

static void add_rest(struct url_parts *parts, struct url_text *out, const char *text) {
  size_t size = strcspn(text, "?#");
  parts->path = out->length;
  url_add_path(out, text, size);
  if (text[size] != '?') return;
  text += size + 1;
  url_add(out, "?", 1);
  url_add_encoded(out, URL_QUERY, text, strcspn(text, "#"));
}

/* Reads a trimmed text. The canonical URL is out->data, also after an error. */
static const char *parse_trimmed(struct url_parts *parts, struct url_text *out, const char *text) {
  size_t scheme = scheme_size(text);
  bool is_tls = scheme == 6 && strncasecmp(text, "https:", 6) == 0;
  if (!is_tls && (scheme != 5 || strncasecmp(text, "http:", 5) != 0)) return scheme_problem(text);
  /* Each byte of the text becomes three at most, except in a name that is converted to ASCII. */
  out->data = malloc(3 * strlen(text) + URL_HOST_MAX + 32);
  if (!out->data) return url_no_memory;
  *parts = (struct url_parts){.is_tls = is_tls, .port = default_port(is_tls)};
  url_add(out, is_tls ? "https://" : "http://", is_tls ? 8 : 7);
  text += scheme;
  while (is_slash(*text))
    text++;
  const char *problem = add_authority(parts, out, &text);
  if (problem) return problem;
  add_rest(parts, out, text);
  out->data[out->length] = '\0';
  parts->text = out->data;
  parts->length = out->length;
  return out->length > URL_SIZE_MAX ? "the URL is longer than 64 KiB" : NULL;
}

/* Takes any text apart. *made is the canonical URL, for the caller to free, where the text is not that itself. */
static const char *parse_text(struct url_parts *parts, char **made, const char *text) {
  *made = NULL;
  if (!text) return "there is no URL";
  if (parse_canonical(parts, text)) return NULL;
  struct url_text out = {.data = NULL};
  char *trimmed = copy_trimmed(text);
  const char *problem = trimmed ? parse_trimmed(parts, &out, trimmed) : url_no_memory;
  free(trimmed);
  if (problem)
    free(out.data);
  else
    *made = out.data;
  return problem;
}

/* ---- What callers are given ---- */

static int refuse(char *cause, size_t size, const char *problem) {
  if (cause && size) snprintf(cause, size, "%s", problem);
  return problem == url_no_memory ? SEINE_ENOMEM : SEINE_EURL;
}

/* Fills in scheme, host and port; an IPv6 address is without its brackets and its zone. */
static bool fill_origin(seine_url_t *url, const struct url_parts *parts) {
  const char *host = parts->text + parts->host;
  size_t size = parts->host_size;
  if (*host == '[') {
    host++;
    size = strcspn(host, "%]");
  }
  url->scheme = strdup(parts->is_tls ? "https" : "http");
  url->host = strndup(host, size);
  url->port = parts->port;
  return url->scheme && url->host;
}

static bool fill_rest(seine_url_t *url, const struct url_parts *parts) {
  size_t rest = parts->length - parts->host;
  url->path = strndup(parts->text + parts->path, parts->path_size);
  if (parts->query) url->query = strdup(parts->text + parts->query);
  url->public_url = malloc(parts->userinfo + rest + 1);
  if (!url->path || (parts->query && !url->query) || !url->public_url) return false;
  memcpy(url->public_url, parts->text, parts->userinfo);
  memcpy(url->public_url + parts->userinfo, parts->text + parts->host, rest + 1);
  return true;
}

int url_parse(seine_url_t *url, char **full, const char *text, char *cause, size_t size) {
  struct url_parts parts;
  char *made;
  *url = (seine_url_t){.scheme = NULL};
  if (full) *full = NULL;
  const char *problem = parse_text(&parts, &made, text);
  if (problem) return refuse(cause, size, problem);
  find_query(&parts);
  bool filled = fill_origin(url, &parts) && fill_rest(url, &parts);
  if (full) *full = made ? made : strdup(text);
  if (!full) free(made);
  if (filled && (!full || *full)) return 0;
  if (full) {
    free(*full);
    *full = NULL;
  }
  seine_url_clear(url);
  return SEINE_ENOMEM;
}

int url_origin(seine_url_t *url, char **full, const char *text) {
  struct url_parts parts;
  *url = (seine_url_t){.scheme = NULL};
  const char *problem = parse_text(&parts, full, text);
  if (problem) return refuse(NULL, 0, problem);
  if (fill_origin(url, &parts)) return 0;
  free(*full);
  *full = NULL;
  seine_url_clear(url);
  return SEINE_ENOMEM;
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
  *url = (seine_url_t){.scheme = NULL};
}

/* ---- References ---- */

/* How much of the base comes before a reference without a scheme (RFC 3986, 5.2). */
static size_t base_size(const char *base, const char *reference) {
  size_t origin = url_origin_length(base), path = strcspn(base, "?");
  if (is_slash(reference[0])) return is_slash(reference[1]) ? strcspn(base, ":") + 1 : origin;
  if (!*reference || *reference == '#') return strlen(base);
  if (*reference == '?') return path;
  while (path > origin && base[path - 1] != '/')
    path--;
  return path;
}

/* Skips "http:" before a reference that has it although it is relative to a URL with that scheme. */
static const char *skip_scheme(const char *reference, const char *base) {
  size_t size = scheme_size(reference);
  bool is_same = size && strncasecmp(reference, base, size) == 0;
  return is_same && strncmp(reference + size, "//", 2) != 0 ? reference + size : reference;
}

int url_resolve(seine_url_t *url, const char *base, const char *reference, char *cause, size_t size) {
  *url = (seine_url_t){.scheme = NULL};
  char *trimmed = copy_trimmed(reference), *whole = NULL;
  if (!trimmed) return SEINE_ENOMEM;
  const char *rest = skip_scheme(trimmed, base);
  size_t from_base = rest == trimmed && scheme_size(rest) ? 0 : base_size(base, rest);
  int error = SEINE_ENOMEM;
  if (asprintf(&whole, "%.*s%s", (int)from_base, base, rest) >= 0) {
    error = seine_url_parse(url, whole, cause, size);
    free(whole);
  }
  free(trimmed);
  return error;
}

size_t url_origin_length(const char *text) {
  const char *slashes = strstr(text, "://");
  size_t host = slashes ? strcspn(slashes + 3, "/?#") : 0;
  return host ? (size_t)(slashes - text) + 3 + host : 0;
}

bool url_is_canonical_path(const char *path) {
  size_t length = url_path_canonical_length(path);
  return length && length < URL_SIZE_MAX / 2;
}

int url_with_userinfo_of(const char *target, const char *origin, char **url) {
  size_t scheme = strcspn(origin, ":") + 3, authority = url_origin_length(origin);
  const char *at = authority ? memchr(origin + scheme, '@', authority - scheme) : NULL;
  *url = NULL;
  if (!at) return 0;
  int userinfo = (int)(at + 1 - origin - (ptrdiff_t)scheme), own = (int)(strcspn(target, ":") + 3);
  if (asprintf(url, "%.*s%.*s%s", own, target, userinfo, origin + scheme, target + own) >= 0) return 0;
  *url = NULL;
  return SEINE_ENOMEM;
}
