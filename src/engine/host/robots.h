/* Parses robots.txt (RFC 9309) for one product token. Pure; robots_check.h fetches it. */
#ifndef SEINE_ENGINE_ROBOTS_H
#define SEINE_ENGINE_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROBOTS_SIZE_MAX      (512 * 1024) /* bytes read of a robots.txt; what follows is as if it were not there */
#define ROBOTS_REDIRECTS_MAX 5 /* followed for a robots.txt; one more means that there is none */

/* The rules of one robots.txt for one product token. Never changes; shared by counting. */
struct robots;

/* Reads text[0..size), any bytes at all, for a token of letters, "-" and "_". 0, or SEINE_ENOMEM with *robots NULL.
 * The caller owns one reference. Memory follows the rules that concern the token, not the size of the text. */
int robots_parse(struct robots **robots, const char *text, size_t size, const char *product_token);

/* Without rules, and with one that forbids all. They are static: references to them are not counted, and need not be
 * given back. */
struct robots *robots_allow_all(void);
struct robots *robots_disallow_all(void);

struct robots *robots_ref(struct robots *robots);
void robots_unref(struct robots *robots); /* NULL is fine */

/* Whether a URL of the host may be fetched, given from its path on ("/a/b?c=d"; what follows a "#" is passed over).
 * The time is bounded whatever the rules and the URL are; a URL that cannot be judged within it, or without memory, is
 * not allowed. */
bool robots_allows(const struct robots *robots, const char *path_and_query);

/* Crawl-delay: from the start of one request to the start of the next; 0 to 3,600,000. */
uint64_t robots_crawl_delay_ms(const struct robots *robots);

/* What the answer to a request for robots.txt means. */
enum robots_access {
  ROBOTS_PARSE, /* its body holds the rules */
  ROBOTS_ALLOW, /* the host has none */
  ROBOTS_DISALLOW /* unknown: nothing may be fetched until robots.txt is requested again */
};

/* Of the last response's status, redirects followed; 0 if none came. A 3xx means more redirects than are followed. */
enum robots_access robots_of_status(int http_status);

/* How long the answer for a host holds: then robots.txt is requested again. */
uint64_t robots_keep_ms(enum robots_access decision);

#endif
