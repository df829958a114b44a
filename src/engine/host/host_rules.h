/* The caller's request headers, and how particular hosts are treated: rules, found by a host's name. A set of both is
 * counted: one that replaces it does so while attempts still use the lines of the old one. Loop thread. */
#ifndef SEINE_ENGINE_HOST_RULES_H
#define SEINE_ENGINE_HOST_RULES_H

#include <curl/curl.h>
#include <stdbool.h>

#include "seine.h"

struct rule; /* one pattern */

/* What a rule says. Does not change once open. */
struct rule_terms {
  unsigned concurrency; /* 0: as for all */
  bool has_port; /* its pattern names a port */
  double rate; /* 0: as for all */
  uint64_t delay_ms;
  char *proxy; /* NULL: as for all; "none": none */
  struct curl_slist *own; /* its header lines alone; NULL: none */
  /* with those for all, and with the harmless of those; NULL without own */
  struct curl_slist *headers, *cross_origin_headers;
};

struct rules {
  size_t users;
  struct curl_slist *headers, *cross_origin_headers; /* for every request; for those that left their origin */
  struct rule *by_key; /* uthash */
};

/* Copies options.headers and options.rules, which were checked, into a set with one user. NULL: no memory. */
struct rules *rules_new(const seine_options_t *options);

/* One user more, one less; the last one frees it. NULL is none. */
struct rules *rules_retain(struct rules *rules);
void rules_release(struct rules *rules);

/* The terms of the most specific pattern that fits a host, its name in lower case; NULL if none does. */
const struct rule_terms *rules_find(const struct rules *rules, const char *scheme, const char *name, unsigned port);

/* 0, or SEINE_EINVAL for a pattern that is none, with a sentence in cause[0..size). */
int rules_check(const seine_rule_t *rule, char *cause, size_t size);

#endif
