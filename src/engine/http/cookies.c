/* Carries cookies from one easy handle to the next within a redirect chain. */
#include "http/cookies.h"

#include <string.h>

void cookies_enable(CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
}

bool cookies_set(CURL *easy, const struct curl_slist *cookies) {
  for (; cookies; cookies = cookies->next)
    if (curl_easy_setopt(easy, CURLOPT_COOKIELIST, cookies->data)) return false;
  return true;
}

/* "domain TRUE path ...", with tabs: a cookie for all hosts below its domain. Without the list of public suffixes that
 * domain may be one that strangers share, as co.uk. */
static bool is_safe(const char *line) {
  const char *tab = strchr(line, '\t');
  bool is_wide = tab && strncmp(tab, "\tTRUE\t", 6) == 0;
  return !is_wide || curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_PSL;
}

struct curl_slist *cookies_get(CURL *easy) {
  struct curl_slist *all = NULL, *kept = NULL;
  size_t count = 0, bytes = 0;
  if (curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &all)) return NULL;
  for (const struct curl_slist *one = all; one; one = one->next) {
    size_t size = strlen(one->data);
    if (!is_safe(one->data) || bytes + size > COOKIES_BYTES_MAX) continue;
    struct curl_slist *longer = curl_slist_append(kept, one->data);
    if (!longer) break;
    kept = longer;
    bytes += size;
    if (++count == COOKIES_MAX) break;
  }
  curl_slist_free_all(all);
  return kept;
}

void cookies_clear(CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
}
