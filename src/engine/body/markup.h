/* Finds the root element of XML, so that an SVG is known whatever stands before it. Any thread. */
#ifndef SEINE_ENGINE_MARKUP_H
#define SEINE_ENGINE_MARKUP_H

#include <stddef.h>
#include <stdint.h>

#define MARKUP_HEAD_MAX 65536 /* bytes that are looked at */
#define MARKUP_NAME_MAX 32

/* Writes the name of the root element, without its prefix, of UTF-8, UTF-16, or any encoding that has ASCII: skips a
 * byte order mark, blanks, an XML declaration, other instructions, comments and a document type. Where the document
 * type does not end in head[0..size), the name is the one that it has. "" if there is no such element; longer names are
 * cut. */
void markup_root(const uint8_t *head, size_t size, char name[MARKUP_NAME_MAX]);

#endif
