/* Sets what all transfers of an engine have in common: network, TLS, strings. */
#include "http/easy_handle.h"

#include <unistd.h>

#define BUFFER_LARGE   65536L
#define BUFFER_SMALL   16384L
#define MANY_TRANSFERS 1024 /* in flight, above which buffers are small */

static long buffer_size(const seine_options_t *options) {
  long size = options->concurrency > MANY_TRANSFERS ? BUFFER_SMALL : BUFFER_LARGE;
  long slice = (long)(options->limit_rate_bytes / 50);
  if (options->limit_rate_bytes && slice < size) size = slice < 1024 ? 1024 : slice;
  return size;
}

bool easy_set_string(CURL *easy, CURLoption option, const char *text) {
  return curl_easy_setopt(easy, option, text) != CURLE_OUT_OF_MEMORY;
}

/* Strings are copied, for which there may be no memory; without one, a request would go elsewhere, or trust others. */
static bool set_strings(CURL *easy, const struct easy_terms *terms) {
  /* Which proxy, if any, is decided for each transfer; the environment has no say. */
  bool set = easy_set_string(easy, CURLOPT_NOPROXY, "") && easy_set_string(easy, CURLOPT_PROXY, "") &&
             easy_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
             easy_set_string(easy, CURLOPT_USERAGENT, terms->options->user_agent);
  const char *ca = terms->ca_file;
  if (!set || !ca) return set;
  /* A CA path would switch libcurl's CA cache off, and each new connection would parse the whole bundle. */
  return easy_set_string(easy, CURLOPT_CAINFO, ca) && easy_set_string(easy, CURLOPT_CAPATH, NULL) &&
         easy_set_string(easy, CURLOPT_PROXY_CAINFO, ca) && easy_set_string(easy, CURLOPT_PROXY_CAPATH, NULL);
}

static void set_network(CURL *easy, const struct easy_terms *terms) {
  const seine_options_t *options = terms->options;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
  /* Entries are not searched for their age, a walk for every transfer: see transfer.c. */
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_size(options));
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* until a transfer wants another */
  long oldest = options->tls_min == SEINE_TLS_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, oldest);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, oldest);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->insecure ? 0L : 2L);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, options->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, options->insecure ? 0L : 2L);
  curl_easy_setopt(easy, CURLOPT_SHARE, terms->share);
}

bool easy_set_up(CURL *easy, const struct easy_terms *terms) {
  if (!set_strings(easy, terms)) return false;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  set_network(easy, terms);
  return true;
}

const char *easy_default_ca_file(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->age >= CURLVERSION_SEVENTH && info->cainfo && access(info->cainfo, R_OK) == 0) return info->cainfo;
  static const char debian[] = "/etc/ssl/certs/ca-certificates.crt";
  return access(debian, R_OK) == 0 ? debian : NULL;
}

void easy_set_multiplexing(CURL *easy, bool multiplexes, const seine_options_t *options) {
  bool http2 = multiplexes && !options->http1;
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)(http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, multiplexes ? 1L : 0L);
}
