/* Makes libcurl's lists of request headers. */
#include "headers.h"

#include <string.h>
#include <strings.h>

#include "seine.h"

bool header_is_harmless(const char *line) {
  static const char *const names[] = {"accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
                                      "dnt",    "pragma",         "sec-gpc",         "user-agent"};
  size_t size = strcspn(line, ":;");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == size && strncasecmp(names[i], line, size) == 0) return true;
  return false;
}

int headers_add(struct curl_slist **list, const char *const *lines, bool foreign) {
  for (; lines && *lines; lines++) {
    if (foreign && !header_is_harmless(*lines)) continue;
    struct curl_slist *longer = curl_slist_append(*list, *lines);
    if (!longer) return SEINE_ENOMEM;
    *list = longer;
  }
  return 0;
}
