/* Reads the input of fuzz_http1. */
#include "http1_script.h"

#include <strings.h>

#define REPEATED 100
#define REPEATS  800

/* Sets the port, and makes Crawl-delay another word: obeyed, it would take minutes. */
static void patch(uint8_t *data, size_t size, unsigned port) {
  char digits[8];
  snprintf(digits, sizeof digits, ":%05u", port);
  for (size_t i = 0; i + 6 <= size; i++) {
    if (memcmp(data + i, ":00000", 6) == 0) memcpy(data + i, digits, 6);
    if (strncasecmp((char *)data + i, "delay", 5) == 0) data[i + 1] = '1';
  }
}

/* The end of the headers that begin at data[at]. */
static size_t find_head_end(const uint8_t *data, size_t at, size_t size) {
  for (; at + 1 < size; at++) {
    bool crlf = at + 2 < size && data[at + 1] == '\r' && data[at + 2] == '\n';
    if (data[at] == '\n' && (crlf || data[at + 1] == '\n')) return at + (crlf ? 3 : 2);
  }
  return size;
}

/* Replaces a NUL that begins a header line: libcurl 7.88 drops the rest of what it has read there, so the result
 * depends on how much that is, and nobody is told. Behind an interim response there are more headers. */
static void patch_lines(uint8_t *data, size_t size) {
  static const char interim[] = "HTTP/1.1 1";
  size_t begin = 0, end;
  bool more;
  do {
    more = begin + sizeof interim <= size && memcmp(data + begin, interim, sizeof interim - 1) == 0;
    end = find_head_end(data, begin, size);
    for (size_t i = begin; i + 1 < end; i++)
      if (data[i] == '\n' && data[i + 1] == '\0') data[i + 1] = 'x';
    begin = end;
  } while (more && begin < size);
}

static void set_reply(struct script_reply *reply, const uint8_t *data, size_t size, bool repeats, unsigned port) {
  size_t tail = size < REPEATED ? size : REPEATED, whole = size + (repeats ? tail * REPEATS : 0);
  free(reply->data);
  reply->data = malloc(whole + 1);
  MUST(reply->data);
  memcpy(reply->data, data, size);
  for (size_t at = size; at < whole; at += tail)
    memcpy(reply->data + at, data + size - tail, tail);
  reply->size = whole;
  patch(reply->data, whole, port);
  patch_lines(reply->data, whole);
}

static size_t index_of(uint8_t letter) {
  if (letter == 'r') return 0;
  return letter > '0' && letter < '0' + SCRIPT_PATHS ? (size_t)(letter - '0') : SCRIPT_PATHS;
}

/* data[0..size) is a record behind its mark. */
static void read_record(struct script *script, const uint8_t *data, size_t size, unsigned port) {
  const uint8_t *end = memchr(data, '\n', size);
  size_t i = size > 0 ? index_of(data[0]) : SCRIPT_PATHS;
  if (!end || i == SCRIPT_PATHS) return;
  struct script_reply *reply = &script->replies[i];
  bool repeats = false;
  reply->keeps = false;
  reply->sink = SEINE_SINK_MEMORY;
  for (const uint8_t *at = data + 1; at < end; at++) {
    if (*at == 'k') reply->keeps = true;
    if (*at == 'n') reply->sink = SEINE_SINK_NULL;
    if (*at == 's') reply->sink = SEINE_SINK_STREAM;
    if (*at == 'f') reply->sink = SEINE_SINK_FILE;
    if (*at == 'L') repeats = true;
  }
  set_reply(reply, end + 1, size - (size_t)(end + 1 - data), repeats, port);
}

void script_read(struct script *script, const uint8_t *data, size_t size, unsigned port) {
  *script = (struct script){0};
  const uint8_t *end = data + size, *mark = memchr(data, SCRIPT_MARK, size);
  for (const uint8_t *at = data; at < (mark ? mark : end); at++) {
    if (*at == 'r') script->robots = true;
    if (*at == 'i') script->images = true;
    if (*at == 'w') script->wide = true;
  }
  while (mark) {
    const uint8_t *record = mark + 1;
    mark = memchr(record, SCRIPT_MARK, (size_t)(end - record));
    read_record(script, record, (size_t)((mark ? mark : end) - record), port);
  }
}

void script_clear(struct script *script) {
  for (size_t i = 0; i < SCRIPT_PATHS; i++)
    free(script->replies[i].data);
}

const struct script_reply *script_find(const struct script *script, const char *target, size_t size) {
  static const char robots[] = "/robots.txt";
  size_t i = SCRIPT_PATHS;
  if (size == sizeof robots - 1 && memcmp(target, robots, size) == 0) i = 0;
  if (size >= 2 && target[0] == '/' && target[1] != 'r' && (size == 2 || target[2] == '?'))
    i = index_of((uint8_t)target[1]);
  return i < SCRIPT_PATHS && script->replies[i].data ? &script->replies[i] : NULL;
}
