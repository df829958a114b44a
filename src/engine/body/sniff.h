/* Types of images that their first bytes show without libmagic: quicker, and the same with each of its versions. Any
 * thread. */
#ifndef SEINE_ENGINE_SNIFF_H
#define SEINE_ENGINE_SNIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SNIFF_HEAD_MAX 4096 /* bytes that are looked at */

/* The type of a body that begins with head[0..size), or NULL. A size below SNIFF_HEAD_MAX is that of the whole
 * body. */
const char *sniff_type(const uint8_t *head, size_t size);

/* The type for a body for which libmagic has `type`, "" for none: some of its rules hold for nearly any bytes, and some
 * of its types depend on its version. */
const char *sniff_checked(const char *type, const uint8_t *head, size_t size);

#endif
