/* Hands libcurl a URL in parts. From a text it would take them anew for every transfer, and put the text together from
 * them once more, byte by byte: a tenth of all that it does for a small body. */
#include "http/curl_url.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "seine.h"

#define AS_FOR_A_TRANSFER (CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME)

/* Whether libcurl would leave a path and its query as they are; of a part that is set alone, it changes "%2F" to
 * "%2f". */
static bool is_settled(const char *path) {
  if (*path != '/') return false;
  for (const char *at = path + 1; *at; at++)
    if (*at <= ' ' || *at >= 0x7f || *at == '%' || *at == '#' || (*at == '.' && at[-1] == '/')) return false;
  return true;
}

static bool is_origin(const struct transfer_url *target, const char *url, size_t size) {
  return target->origin && strncmp(target->origin, url, size) == 0 && !target->origin[size];
}

static CURLUcode set_path(struct transfer_url *target, const char *path) {
  CURLUcode code = curl_url_set(target->parts, CURLUPART_QUERY, NULL, 0);
  return code ? code : curl_url_set(target->parts, CURLUPART_PATH, path, 0);
}

static CURLUcode set_all(struct transfer_url *target, const char *url) {
  free(target->origin);
  target->origin = NULL;
  if (!target->parts && !(target->parts = curl_url())) return CURLUE_OUT_OF_MEMORY;
  CURLUcode code = curl_url_set(target->parts, CURLUPART_URL, NULL, 0);
  return code ? code : curl_url_set(target->parts, CURLUPART_URL, url, AS_FOR_A_TRANSFER);
}

int transfer_url_set(struct transfer_url *target, CURL *easy, const char *url) {
  size_t size = url_origin_length(url);
  CURLUcode code = CURLUE_OK;
  /* The copy of the parts that libcurl makes is without an address's zone (7.88). */
  bool in_parts = size && !memchr(url, '[', size), settled = in_parts && is_settled(url + size);
  if (settled && is_origin(target, url, size)) {
    code = set_path(target, url + size);
  } else if (in_parts) {
    code = set_all(target, url);
    if (!code && settled && !(target->origin = strndup(url, size))) code = CURLUE_OUT_OF_MEMORY;
  }
  if (code == CURLUE_OUT_OF_MEMORY) return SEINE_ENOMEM;
  /* What is no URL to it, libcurl is to refuse in its own words. */
  curl_easy_setopt(easy, CURLOPT_CURLU, in_parts && !code ? target->parts : NULL);
  return curl_easy_setopt(easy, CURLOPT_URL, url) ? SEINE_ENOMEM : 0;
}

void transfer_url_clear(struct transfer_url *target) {
  curl_url_cleanup(target->parts);
  free(target->origin);
  *target = (struct transfer_url){.parts = NULL};
}
