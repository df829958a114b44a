/* The text of a list cut into lines. Pure. */
#ifndef SEINE_CLI_LINE_CUT_H
#define SEINE_CLI_LINE_CUT_H

#include "input/record_cut.h"

struct line_cutter {
  size_t line_max; /* bytes of a line; a longer one has a problem */
  bool cr_ends; /* a carriage return alone ends a line, too */
  bool trims; /* blanks and empty lines before a line are skipped, and do not count as its bytes */
  size_t feed, back; /* bytes from the beginning of the text on that hold no line feed, and no carriage return */
};

/* Finds the next line. last: no more text will come. False if more text must come first. */
bool line_cut(struct line_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut);

/* Space, and the control bytes from tab to carriage return. */
bool is_blank(char byte);

#endif
