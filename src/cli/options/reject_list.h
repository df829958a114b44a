/* What the user wants to be rejected whatever it is: bytes by their SHA-256, and redirects by where they lead. */
#ifndef SEINE_CLI_REJECT_LIST_H
#define SEINE_CLI_REJECT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A set of digests; all zero is an empty one. */
struct digest_set {
  uint8_t (*digests)[32]; /* sorted; owned */
  size_t count, room;
};

/* Reads a file of digests, one a line in hexadecimal, as the first word: the output of sha256sum is such a file. 0, or
 * -1 and said so on stderr. */
int digest_set_read(struct digest_set *set, const char *path);
void digest_set_clear(struct digest_set *set);
bool digest_set_has(const struct digest_set *set, const uint8_t sha256[32]);

/* Whether a URL matches one of the patterns, NULL-terminated or NULL: "*" is any run of characters, "?" any one. A
 * pattern with "://" is compared with the whole URL, another one with host and path, and without the query too. */
bool url_matches(const char *const *patterns, const char *url);

#endif
