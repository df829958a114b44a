/* Works out the proxies: -x and --proxy-file, or else the environment, read as curl reads it. */
#include "options/proxies.h"
#include "base/message.h"
#include "base/xalloc.h"
#include "options/config_lines.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void proxy_hide(char *url) {
  char *scheme = strstr(url, "://"), *end = strrchr(url, '@');
  char *begin = scheme != NULL ? scheme + 3 : url;
  if (end != NULL && end > begin) memset(begin, '*', (size_t)(end - begin));
}

/* ---- Lists of them ---- */

/* "proxy:3128" is http://proxy:3128, as for curl. */
static char *with_scheme(const char *proxy) {
  return strstr(proxy, "://") != NULL ? xstrdup(proxy) : xasprintf("http://%s", proxy);
}

static size_t count_of(const char *const *list) {
  size_t count = 0;
  while (list != NULL && list[count] != NULL)
    count++;
  return count;
}

/* The array is grown by one, and stays NULL-terminated; NULL adds nothing, but makes it an array. */
static void add_proxy(const char *const **list, const char *proxy) {
  size_t count = count_of(*list);
  const char **longer = xrealloc((void *)*list, (count + 2) * sizeof *longer);
  longer[count] = proxy != NULL ? with_scheme(proxy) : NULL;
  longer[count + 1] = NULL;
  *list = longer;
}

static void free_list(const char *const *list) {
  for (size_t i = 0; list != NULL && list[i] != NULL; i++)
    free((char *)list[i]);
  free((void *)list);
}

/* An empty one (-x "") is none. */
static void tidy(const char *const **list) {
  const char *const *old = *list;
  if (old == NULL) return;
  *list = NULL;
  add_proxy(list, NULL);
  for (size_t i = 0; old[i] != NULL; i++)
    if (*old[i] != '\0') add_proxy(list, old[i]);
  free_list(old);
}

/* What the engine thinks of it, without its count. The proxy is not shown: it often holds a password. */
static int check_proxy(const char *proxy, char *cause, size_t size) {
  static const char start[] = "proxy 1 ";
  seine_options_t one;
  char *whole = with_scheme(proxy);
  const char *const list[] = {whole, NULL};
  seine_options_init(&one);
  one.proxies = list;
  int error = seine_options_check(&one, cause, size);
  if (error != 0 && strncmp(cause, start, sizeof start - 1) == 0)
    memmove(cause, cause + sizeof start - 1, strlen(cause) + 2 - sizeof start);
  free(whole);
  return error;
}

/* ---- Files ---- */

static int read_line(char *line, const struct option_origin *origin, void *user) {
  struct settings *settings = user;
  char cause[512];
  if (check_proxy(line, cause, sizeof cause) != 0) {
    say("%s:%u: this %s", origin->file, origin->line, cause);
    return -1;
  }
  add_proxy(&settings->engine.proxies, line);
  return 0;
}

/* A file that names none is a slip: what was to go by a proxy would go directly. */
static int read_files(struct settings *settings) {
  for (size_t i = 0; settings->proxy_files != NULL && settings->proxy_files[i] != NULL; i++) {
    const char *path = settings->proxy_files[i];
    size_t before = count_of(settings->engine.proxies);
    if (config_lines_read(path, "the file of proxies", read_line, settings) < 0) return -1;
    if (count_of(settings->engine.proxies) > before) continue;
    say("the file of proxies \"%s\" names none", path);
    return -1;
  }
  return 0;
}

/* ---- The environment ---- */

static const char *environment(const char *const *names) {
  for (; *names != NULL; names++) {
    const char *value = getenv(*names);
    if (value != NULL && *value != '\0') return value;
  }
  return NULL;
}

/* The first variable that names a proxy, which must be one. NULL in *proxy if there is none. */
static int proxy_of_environment(const char *const *names, const char **proxy) {
  char cause[512];
  *proxy = environment(names);
  while (*proxy != NULL && getenv(*names) != *proxy)
    names++;
  if (*proxy == NULL || check_proxy(*proxy, cause, sizeof cause) == 0) return 0;
  say("the environment's %s %s; set it right, or go without: -x \"\"", *names, cause);
  return -1;
}

/* HTTP_PROXY is never read: in a CGI program it would hold the "Proxy" header of whoever asks. */
static int read_environment(seine_options_t *engine) {
  static const char *const http_names[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
  static const char *const https_names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
  const char *http, *https;
  if (proxy_of_environment(http_names, &http) < 0 || proxy_of_environment(https_names, &https) < 0) return -1;
  if (http == NULL && https == NULL) return 0;
  if (http != NULL) add_proxy(&engine->proxies, http);
  if (http == NULL || https == NULL || strcmp(http, https) != 0) add_proxy(&engine->https_proxies, https);
  return 0;
}

/* ---- Hosts without a proxy ---- */

static bool are_bits(const char *text, unsigned long most) {
  return strspn(text, "0123456789") == strlen(text) && strtoul(text, NULL, 10) <= most;
}

/* An address, or a network like 10.0.0.0/8. */
static bool is_address(char *item) {
  unsigned char bytes[sizeof(struct in6_addr)];
  char *slash = strchr(item, '/');
  const char *bits = slash != NULL ? slash + 1 : "";
  if (slash != NULL) *slash = '\0';
  size_t length = strlen(item);
  if (item[0] == '[' && item[length - 1] == ']') {
    item[length - 1] = '\0';
    item++;
  }
  if (inet_pton(AF_INET, item, bytes) == 1) return are_bits(bits, 32);
  return inet_pton(AF_INET6, item, bytes) == 1 && are_bits(bits, 128);
}

/* Digits and dots alone are no name: a URL's host of that kind is an address. */
static bool is_host(char *item) {
  bool is_name = strcspn(item, "*/:@?#[]") == strlen(item) && strspn(item, "0123456789.") < strlen(item);
  return is_name || is_address(item);
}

const char *proxies_odd_host(const char *list, size_t *length) {
  static const char between[] = ", \t";
  if (strcmp(list, "*") == 0) return NULL;
  for (const char *at = list + strspn(list, between); *at != '\0'; at += strspn(at, between)) {
    *length = strcspn(at, between);
    char *item = xstrndup(at, *length);
    bool good = is_host(item);
    free(item);
    if (!good) return at;
    at += *length;
  }
  return NULL;
}

/* ---- The whole ---- */

int proxies_settle(struct settings *settings) {
  static const char *const direct[] = {"no_proxy", "NO_PROXY", NULL};
  seine_options_t *engine = &settings->engine;
  bool named = engine->proxies != NULL || settings->proxy_files != NULL;
  tidy(&engine->proxies);
  if (named && read_files(settings) < 0) return -1;
  if (!named && read_environment(engine) < 0) return -1;
  const char *hosts = environment(direct);
  if (engine->no_proxy == NULL && hosts != NULL) engine->no_proxy = xstrdup(hosts);
  return 0;
}

void proxies_clear(struct settings *settings) {
  free_list(settings->engine.https_proxies);
  settings->engine.https_proxies = NULL;
}
