/* The text of a list cut into lines. */
#include "input/line_cut.h"

#include <string.h>

bool is_blank(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Moves *known, before which the byte does not stand, to where it stands, or to the end of the text. It never goes
 * back, so that each byte is looked at once, however rare the byte is. */
static void find(size_t *known, char byte, const char *text, size_t length) {
  if (*known < length && text[*known] == byte) return;
  const char *at = *known < length ? memchr(text + *known, byte, length - *known) : NULL;
  *known = at != NULL ? (size_t)(at - text) : length;
}

static void drop(size_t *known, size_t bytes) {
  *known = *known > bytes ? *known - bytes : 0;
}

static void forget(struct line_cutter *cutter, size_t bytes) {
  drop(&cutter->feed, bytes);
  drop(&cutter->back, bytes);
}

bool line_cut(struct line_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut) {
  *cut = (struct cut){0};
  while (cutter->trims && cut->skip < length && is_blank(text[cut->skip]))
    cut->skip++;
  forget(cutter, cut->skip);
  text += cut->skip;
  length -= cut->skip;
  find(&cutter->feed, '\n', text, length);
  if (cutter->cr_ends) find(&cutter->back, '\r', text, length);
  size_t end = cutter->cr_ends && cutter->back < cutter->feed ? cutter->back : cutter->feed;
  bool ended = end < length;
  if (!ended && length <= cutter->line_max && (!last || length == 0)) return false;
  cut->length = end;
  cut->unended = !ended && !last;
  if (end > cutter->line_max) cut->problem = "is longer than 64 KiB";
  forget(cutter, ended ? end + 1 : end);
  cut->next = cut->skip + (ended ? end + 1 : end);
  return true;
}
