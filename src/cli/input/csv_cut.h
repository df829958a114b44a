/* The text of a CSV list cut into records, so that a wrong quote costs the line that it stands in and no other. Pure.
 */
#ifndef SEINE_CLI_CSV_CUT_H
#define SEINE_CLI_CSV_CUT_H

#include "input/csv.h"
#include "input/record_cut.h"

#include <stdint.h>

struct csv_cutter {
  struct dialect dialect;
  size_t record_max; /* bytes of a record; a longer one has a problem */
  size_t columns; /* of the header; 0: not known yet */
  size_t lone_bytes; /* from the next record on, in which each line is a record: no quote is closed by a later line */
  uint64_t scanned_bytes; /* over all calls, for tests: each byte is looked at a bounded number of times */
  bool has_inner_urls; /* a sound record was met whose quotes hold a line with a URL in it */
};

/* Finds the next record. last: no more text will come. False if more text must come first. */
bool csv_cut(struct csv_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut);

#endif
