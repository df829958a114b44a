/* Which URL's file a path holds, for names that two URLs could share. Paths that differ in nothing but their
 * extensions, or in capitals, are one: the extension is known only after the fetch, and not every file system tells
 * capitals apart. */
#ifndef SEINE_CLI_TAKEN_NAMES_H
#define SEINE_CLI_TAKEN_NAMES_H

#include "base/fingerprint_table.h"

struct taken_names;

/* `key` is borrowed until taken_names_free. */
struct taken_names *taken_names_new(const struct fingerprint_key *key);
void taken_names_free(struct taken_names *names); /* NULL is fine */

/* Takes the path for a URL, known by its fingerprint; false if it is another URL's. */
bool taken_names_add(struct taken_names *names, const char *path, uint64_t url);

/* Whether the path is free, or this URL's already. */
bool taken_names_would_add(const struct taken_names *names, const char *path, uint64_t url);

size_t taken_names_count(const struct taken_names *names);

#endif
