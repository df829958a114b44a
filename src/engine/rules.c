/* Finds the rule for a host: by its name, then by ever shorter domains, then the one for all. */
#include "rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"
#include "table.h"

struct rule {
  UT_hash_handle hh;
  struct rule_terms terms;
  char pattern[]; /* in lower case */
};

int rules_check(const seine_rule_t *rule, char *cause, size_t size) {
  const char *name = rule->pattern ? rule->pattern : "";
  if (strncmp(name, "*.", 2) == 0) name += 2;
  bool is_name = *name && strcspn(name, "*/ \t@?#") == strlen(name) && strlen(name) < 256;
  if (!is_name && strcmp(name, "*") != 0) {
    if (cause)
      snprintf(cause, size, "the rule's pattern \"%s\" is no host name, *.domain or *",
               rule->pattern ? rule->pattern : "");
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
  terms->proxy = from->proxy;
  if (!from->headers || !from->headers[0]) return 0;
  int error = headers_add(&terms->own, from->headers, false);
  if (!error) error = headers_add(&terms->headers, options->headers, false);
  if (!error) error = headers_add(&terms->headers, from->headers, false);
  if (!error) error = headers_add(&terms->foreign_headers, options->headers, true);
  if (!error) error = headers_add(&terms->foreign_headers, from->headers, false);
  return error;
}

static struct rule *rule_new(struct rules *rules, const char *pattern) {
  size_t size = strlen(pattern) + 1;
  struct rule *rule = calloc(1, sizeof *rule + size);
  if (!rule) return NULL;
  for (size_t i = 0; i < size; i++)
    rule->pattern[i] = (char)tolower((unsigned char)pattern[i]);
  HASH_ADD_STR(rules->by_pattern, pattern, rule);
  if (rule->hh.tbl) return rule;
  free(rule);
  return NULL;
}

static struct rule *find(const struct rules *rules, const char *pattern) {
  struct rule *rule;
  HASH_FIND_STR(rules->by_pattern, pattern, rule);
  return rule;
}

int rules_open(struct rules *rules, const seine_options_t *options) {
  *rules = (struct rules){0};
  for (size_t i = 0; i < options->rule_count; i++) {
    struct rule *rule = rule_new(rules, options->rules[i].pattern);
    int error = rule ? fill_terms(&rule->terms, &options->rules[i], options) : SEINE_ENOMEM;
    if (error) return error;
  }
  struct rule *all = find(rules, "*");
  if (all) rules->all = &all->terms;
  return 0;
}

void rules_close(struct rules *rules) {
  struct rule *rule, *next;
  HASH_ITER (hh, rules->by_pattern, rule, next) {
    HASH_DEL(rules->by_pattern, rule);
    curl_slist_free_all(rule->terms.own);
    curl_slist_free_all(rule->terms.headers);
    curl_slist_free_all(rule->terms.foreign_headers);
    free(rule);
  }
}

const struct rule_terms *rules_find(const struct rules *rules, const char *name) {
  char pattern[260] = "*";
  if (!rules->by_pattern) return NULL;
  struct rule *rule = find(rules, name);
  for (const char *dot = strchr(name, '.'); dot && !rule; dot = strchr(dot + 1, '.')) {
    snprintf(pattern + 1, sizeof pattern - 1, "%s", dot);
    rule = find(rules, pattern);
  }
  return rule ? &rule->terms : rules->all;
}
