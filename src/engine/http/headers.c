/* Makes libcurl's lists of request headers. */
#include "http/headers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "seine.h"

bool header_has_control(const char *text) {
  for (; *text; text++)
    if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f) return true;
  return false;
}

__attribute__((format(printf, 3, 4))) static int refuse(char *cause, size_t size, const char *format, ...) {
  if (!cause || !size) return SEINE_EINVAL;
  va_list args;
  va_start(args, format);
  vsnprintf(cause, size, format, args);
  va_end(args);
  return SEINE_EINVAL;
}

int header_check(const char *line, char *cause, size_t size) {
  size_t name = strspn(line, TOKEN_BYTES);
  if (header_has_control(line)) return refuse(cause, size, "a header line contains a control character");
  if (!name || line[name] != ':')
    return refuse(cause, size, "a header line needs to be \"Name: value\""); /* it may hold a secret: not shown */
  /* A GET has no body: these would make the server wait for one, or cut the next request in two. */
  static const char *const own[] = {"Content-Length", "Transfer-Encoding"};
  for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
    if (strlen(own[i]) == name && strncasecmp(line, own[i], name) == 0)
      return refuse(cause, size, "the header %s says where a message ends, and cannot be set", own[i]);
  return 0;
}

bool header_is_harmless(const char *line) {
  static const char *const names[] = {
      "accept",   "accept-charset", "accept-encoding", "accept-language", "cache-control", "dnt",
      "if-range", "pragma",         "range",           "sec-gpc",         "user-agent"};
  size_t size = strcspn(line, ":;");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == size && strncasecmp(names[i], line, size) == 0) return true;
  return false;
}

int headers_add(struct curl_slist **list, const char *const *lines, bool cross_origin) {
  for (; lines && *lines; lines++) {
    if (cross_origin && !header_is_harmless(*lines)) continue;
    struct curl_slist *longer = curl_slist_append(*list, *lines);
    if (!longer) return SEINE_ENOMEM;
    *list = longer;
  }
  return 0;
}

int headers_copy(struct curl_slist **list, const struct curl_slist *lines) {
  for (; lines; lines = lines->next) {
    struct curl_slist *longer = curl_slist_append(*list, lines->data);
    if (!longer) return SEINE_ENOMEM;
    *list = longer;
  }
  return 0;
}
