/* Hosts that are reached directly. The input is a list and a host, a line each. */
#include "fuzz.h"
#include "proxy/no_proxy.h"

#include <stdbool.h>

static char *join(const char *a, const char *separator, const char *b) {
  char *joined = malloc(strlen(a) + strlen(separator) + strlen(b) + 1);
  if (!joined) abort();
  strcpy(stpcpy(stpcpy(joined, a), separator), b);
  return joined;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *list = fuzz_text(data, size), *host = strchr(list, '\n');
  if (host)
    *host++ = '\0';
  else
    host = list + size;
  bool covered = no_proxy_covers(list, host);
  MUST(!no_proxy_covers(NULL, host) && !no_proxy_covers("", host) && no_proxy_covers("*", host));
  /* An item more never takes a host away, and each host stands for itself. */
  if (strcmp(list, "*") != 0) {
    char *more = join(list, ", ", "nobody.invalid"), *itself = join(list, ",", host);
    if (covered) MUST(no_proxy_covers(more, host) && no_proxy_covers(itself, host));
    if (*host && !strpbrk(host, ", \t[]/.")) MUST(no_proxy_covers(itself, host));
    free(more);
    free(itself);
  }
  free(list);
  return 0;
}
