/* A record and its result to the path of a file, by template. */
#ifndef SEINE_CLI_NAMING_H
#define SEINE_CLI_NAMING_H

#include "output/safe_name.h"

#include "seine_tools.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct naming;

struct naming_input {
  uint64_t id;
  const char *url; /* public form: without userinfo and fragment */
  const seine_url_t *parsed; /* the same taken apart; NULL: it is taken apart here */
  const char *disposition; /* Content-Disposition as sent; NULL if none */
  const char *type; /* what the bytes are; NULL if that is not known */
  const uint8_t *sha256; /* 32 bytes; NULL only where the template does without */
};

/* Takes a preset (url, sha256, id, path) or a template. Returns 0, or -1 with a sentence in cause[0..size) and *naming
 * NULL. */
int naming_open(struct naming **naming, const char *template_or_preset, bool use_disposition, char *cause, size_t size);

/* Writes a relative path into path[0..size), SEINE_PATH_MAX bytes being enough for any sane template. Whatever the URL
 * or the server says, it never leaves the folder it is relative to. `distinct` inserts "-{urlhash}" before the
 * extension, for a path that another URL has. Returns 0, or a negative SEINE_E code: EURL for a URL that cannot be
 * parsed, EINVAL where sha256 is wanted and missing or size is too small, ENOMEM. */
int naming_path(const struct naming *naming, const struct naming_input *input, bool distinct, char *path, size_t size);

/* What is known of a path before the fetch: all but its extensions. Two URLs with different keys have different
 * paths. */
int naming_key(const struct naming *naming, const struct naming_input *input, char *path, size_t size);

/* The template contains {id}, or 16 digits of {urlhash} or {sha256}: no two URLs with different bytes get the same
 * path. */
bool naming_is_unique(const struct naming *naming);

/* No two URLs get the same path, whatever their bytes: it is by {id} or {urlhash}, or made distinct where need be. */
bool naming_is_own(const struct naming *naming);

/* A path by this template is neither unique nor known before the fetch: it is always to be made distinct. */
bool naming_is_late(const struct naming *naming);

/* Bytes that the file system takes for a name, where those are fewer than NAMING_COMPONENT_MAX. */
void naming_limit(struct naming *naming, size_t most);

void naming_close(struct naming *naming); /* NULL is fine */

#endif
