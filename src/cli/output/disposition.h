/* The file name that a Content-Disposition header suggests (RFC 6266). */
#ifndef SEINE_CLI_DISPOSITION_H
#define SEINE_CLI_DISPOSITION_H

#include <stddef.h>

/* Writes the suggested name into name[0..size): decoded to UTF-8, without any folder, otherwise as the server sent it
 * (it is still to be made safe). filename* is preferred over the pieces filename*0, filename*1 and so on, and those
 * over filename; a filename that is encoded words alone is decoded as in mail. Returns its length, 0 if there is
 * none. */
size_t disposition_filename(const char *header, char *name, size_t size);

#endif
