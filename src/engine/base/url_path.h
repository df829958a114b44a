/* The octets of a URL: percent-encoding by component, and dot segments. */
#ifndef SEINE_ENGINE_URL_PATH_H
#define SEINE_ENGINE_URL_PATH_H

#include <stdbool.h>
#include <stddef.h>

enum url_component { URL_USERINFO, URL_PATH, URL_QUERY };

/* A text that grows within memory allocated beforehand: three bytes for each byte that is added. */
struct url_text {
  char *data;
  size_t length;
};

void url_add(struct url_text *out, const char *from, size_t size);

/* Adds bytes, and percent-encodes those that the component may not hold. */
void url_add_encoded(struct url_text *out, enum url_component component, const char *from, size_t size);

/* Adds the path that begins at `from` and is `size` bytes long, without its dot segments. */
void url_add_path(struct url_text *out, const char *from, size_t size);

/* Returns the length of a path with its query that url_add_path and url_add_encoded would not change; 0 for any other
 * text, and for one with a fragment. */
size_t url_path_canonical_length(const char *path);

#endif
