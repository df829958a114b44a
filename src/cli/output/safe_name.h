/* Text of unknown origin made into something that is safe as the name of a file. */
#ifndef SEINE_CLI_SAFE_NAME_H
#define SEINE_CLI_SAFE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define NAMING_COMPONENT_MAX 200 /* bytes of a file's or folder's name, extension included */

/* Adds text, with what a file system, a terminal or a reader could take for something else replaced or left out. */
void safe_add(struct text *out, const char *text, size_t length);

/* Adds a piece of a URL, readable if its escapes make UTF-8. */
void safe_add_segment(struct text *out, const char *text, size_t length);

/* Takes dots and blanks off both ends. */
void safe_trim(struct text *name);

/* Where the extension begins: a dot, then 1 to 5 letters and digits, not digits alone. `length` if there is none. */
size_t safe_extension(const char *name, size_t length);

/* Whether two extensions stand for the same type, as ".JPEG" and ".jpg" do. */
bool safe_same_extension(const char *one, const char *other);

/* Device names on some systems, whatever extension they have, since files are copied there, too; and "manifest" at the
 * top of the output folder, where it belongs to the run. */
bool safe_is_reserved(const char *name, bool top);

/* The length of a name without any of its extensions: 3 for "cat.tar.gz". */
size_t safe_bare(const char *name, size_t length);

/* Whether a bare name ends as one that was made distinct: in a dash and 16 hexadecimal digits. */
bool safe_looks_distinct(const char *name, size_t length);

#endif
