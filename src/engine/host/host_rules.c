/* Finds the rule for a host: by its name, then by shorter and shorter domains, then "*". */
#include "host/host_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash_table.h"
#include "http/headers.h"

#define NAME_SIZE 256
#define KEY_SIZE  (NAME_SIZE + sizeof "https://*.:65535")

struct rule {
  UT_hash_handle hh;
  struct rule_terms terms;
  char key[]; /* see key_write */
};

/* A pattern, taken apart, as "https://www.example.org:8443". */
struct pattern {
  const char *scheme; /* "" if none is named */
  unsigned port; /* 0 if none is named */
  char name[NAME_SIZE]; /* "*.example.org", in lower case */
};

/* The name and the port of a pattern without scheme. False for what is neither. */
static bool read_name_and_port(struct pattern *pattern, const char *text) {
  bool bracketed = *text == '[';
  const char *name = bracketed ? text + 1 : text, *end = bracketed ? strchr(text, ']') : strchr(text, ':');
  if (bracketed && !end) return false;
  const char *port = bracketed ? end + 1 : end;
  if (!bracketed && end && strchr(end + 1, ':')) end = port = NULL; /* an IPv6 address without brackets */
  size_t size = end ? (size_t)(end - name) : strlen(name);
  if (!size || size >= sizeof pattern->name) return false;
  for (size_t i = 0; i < size; i++)
    pattern->name[i] = (char)tolower((unsigned char)name[i]);
  pattern->name[size] = '\0';
  if (!port || !*port) return true;
  size_t digits = strspn(port + 1, "0123456789");
  pattern->port = digits && digits < 6 ? (unsigned)strtoul(port + 1, NULL, 10) : 0;
  return *port == ':' && !port[1 + digits] && pattern->port > 0 && pattern->port < 65536;
}

static bool pattern_read(struct pattern *pattern, const char *text) {
  *pattern = (struct pattern){.scheme = ""};
  if (strncasecmp(text, "http://", 7) == 0) pattern->scheme = "http";
  if (strncasecmp(text, "https://", 8) == 0) pattern->scheme = "https";
  if (*pattern->scheme) text += strlen(pattern->scheme) + 3;
  if (!read_name_and_port(pattern, text)) return false;
  const char *name = strncmp(pattern->name, "*.", 2) == 0 ? pattern->name + 2 : pattern->name;
  return strcmp(name, "*") == 0 ? name == pattern->name : *name && strcspn(name, "*/ \t@?#") == strlen(name);
}

static void key_write(char key[KEY_SIZE], const char *scheme, const char *name, unsigned port) {
  snprintf(key, KEY_SIZE, "%s://%s:%u", scheme, name, port);
}

int rules_check(const seine_rule_t *rule, char *cause, size_t size) {
  struct pattern pattern;
  const char *text = rule->pattern ? rule->pattern : "";
  if (!pattern_read(&pattern, text)) {
    if (cause)
      snprintf(cause, size,
               "the rule's pattern \"%s\" is no host name, *.domain or *, with a scheme and a port or without", text);
    return SEINE_EINVAL;
  }
  if (!(rule->rate >= 0 && rule->rate <= 1e6) || rule->concurrency > 100000) {
    if (cause) snprintf(cause, size, "the rule for %s has a rate or a concurrency that is out of range", rule->pattern);
    return SEINE_EINVAL;
  }
  return 0;
}

static int fill_terms(struct rule_terms *terms, const seine_rule_t *from, const seine_options_t *options) {
  terms->concurrency = from->concurrency;
  terms->rate = from->rate;
  terms->delay_ms = from->delay_ms;
  if (from->proxy && !(terms->proxy = strdup(from->proxy))) return SEINE_ENOMEM;
  if (!from->headers || !from->headers[0]) return 0;
  int error = headers_add(&terms->own, from->headers, false);
  if (!error) error = headers_add(&terms->headers, options->headers, false);
  if (!error) error = headers_add(&terms->headers, from->headers, false);
  if (!error) error = headers_add(&terms->cross_origin_headers, options->headers, true);
  if (!error) error = headers_add(&terms->cross_origin_headers, from->headers, false);
  return error;
}

static struct rule *find(const struct rules *rules, const char *scheme, const char *name, unsigned port) {
  char key[KEY_SIZE];
  struct rule *rule;
  key_write(key, scheme, name, port);
  HASH_FIND_STR(rules->by_key, key, rule);
  return rule;
}

static struct rule *rule_new(struct rules *rules, const struct pattern *pattern) {
  char key[KEY_SIZE];
  key_write(key, pattern->scheme, pattern->name, pattern->port);
  size_t size = strlen(key) + 1;
  struct rule *rule = calloc(1, sizeof *rule + size);
  if (!rule) return NULL;
  memcpy(rule->key, key, size);
  rule->terms.has_port = pattern->port;
  HASH_ADD_STR(rules->by_key, key, rule);
  if (rule->hh.tbl) return rule;
  free(rule);
  return NULL;
}

static int fill(struct rules *rules, const seine_options_t *options) {
  int error = headers_add(&rules->headers, options->headers, false);
  if (!error) error = headers_add(&rules->cross_origin_headers, options->headers, true);
  for (size_t i = 0; i < options->rule_count && !error; i++) {
    struct pattern pattern;
    if (!pattern_read(&pattern, options->rules[i].pattern)) return SEINE_EINVAL;
    struct rule *rule = rule_new(rules, &pattern);
    error = rule ? fill_terms(&rule->terms, &options->rules[i], options) : SEINE_ENOMEM;
  }
  return error;
}

struct rules *rules_new(const seine_options_t *options) {
  struct rules *rules = calloc(1, sizeof *rules);
  if (!rules) return NULL;
  rules->users = 1;
  if (!fill(rules, options)) return rules;
  rules_release(rules);
  return NULL;
}

struct rules *rules_retain(struct rules *rules) {
  rules->users++;
  return rules;
}

void rules_release(struct rules *rules) {
  struct rule *rule, *next;
  if (!rules || --rules->users > 0) return;
  HASH_ITER (hh, rules->by_key, rule, next) {
    HASH_DEL(rules->by_key, rule);
    free(rule->terms.proxy);
    curl_slist_free_all(rule->terms.own);
    curl_slist_free_all(rule->terms.headers);
    curl_slist_free_all(rule->terms.cross_origin_headers);
    free(rule);
  }
  curl_slist_free_all(rules->headers);
  curl_slist_free_all(rules->cross_origin_headers);
  free(rules);
}

/* Rules with one name differ in scheme and port: the one with both goes before one with a port, and that before one
 * with a scheme. */
static struct rule *find_any(const struct rules *rules, const char *scheme, const char *name, unsigned port) {
  struct rule *rule = find(rules, scheme, name, port);
  if (!rule) rule = find(rules, "", name, port);
  if (!rule) rule = find(rules, scheme, name, 0);
  return rule ? rule : find(rules, "", name, 0);
}

const struct rule_terms *rules_find(const struct rules *rules, const char *scheme, const char *name, unsigned port) {
  char domain[NAME_SIZE + 2];
  if (!rules->by_key || strlen(name) >= NAME_SIZE) return NULL;
  struct rule *rule = find_any(rules, scheme, name, port);
  for (const char *dot = strchr(name, '.'); dot && !rule; dot = strchr(dot + 1, '.')) {
    snprintf(domain, sizeof domain, "*%s", dot);
    rule = find_any(rules, scheme, domain, port);
  }
  if (!rule) rule = find_any(rules, scheme, "*", port);
  return rule ? &rule->terms : NULL;
}
