/* The file name that a Content-Disposition header suggests (RFC 6266). */
#ifndef DISPOSITION_H
#define DISPOSITION_H

#include <stddef.h>

/* Writes the suggested name into name[0..size): decoded to UTF-8, without any folder, otherwise as the server sent it (it
 * is still to be made safe). filename* is preferred over filename. Returns its length, 0 if there is none. */
size_t disposition_filename(const char *header, char *name, size_t size);

#endif
