/* A record found in the text of a list. */
#ifndef SEINE_CLI_RECORD_CUT_H
#define SEINE_CLI_RECORD_CUT_H

#include <stdbool.h>
#include <stddef.h>

struct cut {
  size_t skip; /* bytes before the record that belong to none; also set where no record was found */
  size_t length; /* of the record in bytes, without its end */
  size_t next; /* bytes from the beginning of the text to the next record */
  const char *problem; /* NULL, or why the record cannot be read: a part of a sentence, static */
  bool unended; /* the record is too long, and its rest, up to the end of its line, is still to come */
};

#endif
