/* The text of a JSON list cut into values. Only brackets and strings are looked at here; json_line.c reads the rest. */
#include "input/json_cut.h"

#include <string.h>

#define SEPARATOR '\x1e' /* before each value, in RFC 7464 */

enum end { END_WHOLE, END_CUT, END_BROKEN };

static bool is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool json_begins(const char *text, size_t length, bool by_name, bool *known) {
  size_t at = 0;
  while (at < length && (is_blank(text[at]) || text[at] == SEPARATOR))
    at++;
  *known = at < length;
  if (!*known) return false;
  if (text[at] == '{' || (by_name && (text[at] == '[' || text[at] == '"'))) return true;
  if (text[at] != '[') return false;
  for (at++; at < length && is_space(text[at]);)
    at++;
  *known = at < length;
  return *known && strchr("{[\"]", text[at]) != NULL;
}

/* ---- Where a value ends ---- */

/* In a string; true at its end. A line feed in it means that its quote was forgotten. */
static bool pass_in_string(struct json_scan *scan, char byte) {
  if (scan->escaped)
    scan->escaped = false;
  else if (byte == '\\')
    scan->escaped = true;
  else if (byte == '"')
    scan->in_string = false;
  return !scan->in_string;
}

/* Outside of strings; false where something stands behind a string that cannot. */
static bool pass_outside(struct json_scan *scan, char byte) {
  if (is_space(byte)) return true;
  bool good = !scan->after_string || strchr(":,]}", byte) != NULL;
  scan->after_string = false;
  if (byte == '{' || byte == '[') scan->depth++;
  if ((byte == '}' || byte == ']') && scan->depth > 0) scan->depth--;
  scan->in_string = byte == '"';
  return good;
}

/* Goes on in an object, an array or a string. *used: bytes up to behind its end, or to the fault. */
static enum end scan_on(struct json_scan *scan, const char *text, size_t length, size_t *used) {
  for (*used = 0; *used < length; ++*used) {
    char byte = text[*used];
    if (scan->in_string) {
      if (byte == '\n') return END_BROKEN;
      if (!pass_in_string(scan, byte)) continue;
      scan->after_string = scan->depth > 0;
    } else if (!pass_outside(scan, byte)) {
      return END_BROKEN;
    }
    if (scan->depth == 0 && !scan->in_string) {
      ++*used;
      return END_WHOLE;
    }
  }
  return END_CUT;
}

static enum end scan_value(struct json_scan *scan, const char *text, size_t length, size_t *used) {
  *scan = (struct json_scan){0};
  if (strchr("{[\"", *text) != NULL) return scan_on(scan, text, length, used);
  for (*used = 0; *used < length; ++*used)
    if (*used > 0 && (is_space(text[*used]) || strchr(",]}[{\"", text[*used]) != NULL)) return END_WHOLE;
  return END_CUT;
}

/* ---- How the values lie ---- */

/* By the first one: if it ends with its line, or is broken, each line is a value. One that goes on over more lines ends
 * its first line at a bracket, comma or colon. */
static enum json_layout decide(const struct json_cutter *cutter, const char *text, size_t length, bool last) {
  struct json_scan scan;
  size_t used;
  const char *line = memchr(text, '\n', length);
  if (*text == '[') return JSON_BY_VALUE;
  enum end end = scan_value(&scan, text, length, &used);
  if (end == END_BROKEN) return JSON_BY_LINE;
  if (line == NULL && !last && length <= cutter->record_max) return JSON_UNDECIDED;
  if (end == END_WHOLE) {
    while (used < length && (is_space(text[used]) || text[used] == ',') && text[used] != '\n')
      used++;
    bool alone = used == length || text[used] == '\n';
    return alone && (line == NULL || line >= text + used) ? JSON_BY_LINE : JSON_BY_VALUE;
  }
  if (line == NULL) return JSON_BY_LINE;
  while (line > text && is_space(line[-1]))
    line--;
  return strchr("{[,:", line[-1]) != NULL ? JSON_BY_VALUE : JSON_BY_LINE;
}

/* ---- Behind a value that cannot be read ---- */

/* Skips to an object that begins an element: it stands behind a comma, a bracket or a line end. */
static bool search(struct json_cutter *cutter, const char *text, size_t length, size_t *skip) {
  for (; *skip < length; ++*skip) {
    char byte = text[*skip];
    if (byte == '{' && cutter->before != '\0' && strchr(",[]}\n", cutter->before) != NULL) {
      cutter->searches = false;
      return true;
    }
    if (!is_space(byte) || byte == '\n') cutter->before = byte;
  }
  return false;
}

/* Skips the rest of a value that is too long. */
static bool pass(struct json_cutter *cutter, const char *text, size_t length, size_t *skip) {
  size_t used;
  enum end end = scan_on(&cutter->scan, text + *skip, length - *skip, &used);
  *skip += used;
  cutter->passes = end == END_CUT;
  cutter->searches = end == END_BROKEN;
  cutter->before = '\0';
  return !cutter->passes;
}

/* The last object before a fault that may be an element: the value behind the broken one, whose quote is missing. */
static size_t last_object(const char *text, size_t length) {
  for (size_t at = length; at-- > 1;) {
    size_t before = at;
    if (text[at] != '{') continue;
    while (before > 1 && is_space(text[before - 1]) && text[before - 1] != '\n')
      before--;
    if (strchr(",]}\n", text[before - 1]) != NULL) return at;
  }
  return length;
}

/* A value with a problem: its first line is the record, and the text goes on at `next`. */
static bool give_up(struct cut *cut, const char *text, size_t length, size_t next, const char *problem) {
  const char *line = memchr(text, '\n', length);
  cut->length = line != NULL ? (size_t)(line - text) : length;
  cut->next = cut->skip + next;
  cut->problem = problem;
  return true;
}

/* ---- Values ---- */

static bool cut_value(struct json_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut) {
  struct json_scan scan;
  size_t used, window = length < cutter->record_max + 1 ? length : cutter->record_max + 1;
  enum end end = scan_value(&scan, text, window, &used);
  if (end == END_BROKEN) {
    size_t next = last_object(text, used);
    cutter->searches = next == used;
    cutter->before = '\0';
    return give_up(cut, text, used, next, "is a JSON value with a quote too few or too many");
  }
  if (end == END_CUT && length > cutter->record_max) {
    cutter->passes = true;
    cutter->scan = scan;
    return give_up(cut, text, window, window, "is longer than 64 KiB");
  }
  if (end == END_CUT && !last) return false;
  if (end == END_CUT && scan.depth > 0) return give_up(cut, text, length, length, "is a JSON value that does not end");
  cut->length = used;
  cut->next = cut->skip + used;
  return true;
}

/* Skips what stands between values. */
static void skip_between(const char *text, size_t length, size_t *skip) {
  while (*skip < length && (is_space(text[*skip]) || strchr(",[]\x1e", text[*skip]) != NULL) && text[*skip] != '\0')
    ++*skip;
}

bool json_cut(struct json_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut) {
  *cut = (struct cut){0};
  if (cutter->passes && !pass(cutter, text, length, &cut->skip)) return false;
  if (cutter->searches && !search(cutter, text, length, &cut->skip)) return false;
  if (cutter->layout == JSON_UNDECIDED) {
    while (cut->skip < length && (is_blank(text[cut->skip]) || text[cut->skip] == SEPARATOR))
      cut->skip++;
    if (cut->skip == length) return false;
    cutter->layout = decide(cutter, text + cut->skip, length - cut->skip, last);
    if (cutter->layout == JSON_UNDECIDED) return false;
    cutter->lines = (struct line_cutter){.line_max = cutter->record_max, .trims = true};
  }
  if (cutter->layout == JSON_BY_LINE) {
    size_t skip = cut->skip;
    bool found = line_cut(&cutter->lines, text + skip, length - skip, last, cut);
    cut->skip += skip;
    cut->next += skip;
    return found;
  }
  skip_between(text, length, &cut->skip);
  if (cut->skip == length) return false;
  return cut_value(cutter, text + cut->skip, length - cut->skip, last, cut);
}
