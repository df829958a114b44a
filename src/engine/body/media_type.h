/* Media types: matching globs, canonical names, and which types are specific. Pure. */
#ifndef SEINE_ENGINE_MEDIA_TYPE_H
#define SEINE_ENGINE_MEDIA_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#define MEDIA_TYPE_MAX 96 /* room for a type and its end; longer ones count as none */

/* Whether one of the comma-separated globs fits the whole of `type`: * is any run, ? any one character, letters of
 * either case are equal. NULL accepts everything. */
bool media_accepts(const char *globs, const char *type);

/* Writes the lower-case "type/subtype" of a Content-Type value, without parameters and by its usual name (image/jpg is
 * image/jpeg). "" for NULL and for what is no media type. */
void media_essence(const char *content_type, char *out, size_t size);

/* Whether an essence says something definite: application/octet-stream, unknown/unknown and "" do not. */
bool media_is_specific(const char *essence);

/* Whether a type that a server declares is to be believed before its bytes are seen: it is registered and in common
 * use, and none that servers send for what they do not know, as text/plain and x- types are. */
bool media_is_reliable(const char *essence);

/* Whether an essence is that of a page or another text: what servers send in place of a file to say why not. */
bool media_is_page(const char *essence);

#endif
