/* Detects media types by libmagic. Worker thread: blocks. */
#ifndef SEINE_ENGINE_MAGIC_H
#define SEINE_ENGINE_MAGIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "body/media_type.h"

/* One worker's cookies: never used by two threads at once. */
struct types;

/* All the rules that libmagic would load (magic_getpath), or none: 0, SEINE_ENOMEM, or SEINE_ELIBRARY if there are
 * none, or some cannot be read. Takes some ms. */
int magic_types_open(struct types **types);
void magic_types_close(struct types *types); /* NULL is fine */

#define TYPES_HEAD_MAX 4096 /* bytes that are looked at */

/* What the first `size` bytes of something are, TYPES_HEAD_MAX at most; by the rules for text, too, if they are asked
 * for, which can take a millisecond. "" if nothing definite. 0, SEINE_ENOMEM, or SEINE_ELIBRARY if libmagic gave up. */
int magic_match(struct types *types, bool text, const uint8_t *head, size_t size, char type[MEDIA_TYPE_MAX]);

#endif
