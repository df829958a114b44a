/* Memory or the end of the program, messages on stderr, and text that is safe to show. */
#include "base/util.h"
#include "base/exit_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define SMALL_MOST 1024 /* bytes, that the allocator keeps by thread */

static void *or_leave(void *memory) {
  if (memory == NULL) {
    fputs("seine: out of memory; free some, then run the same command again: it goes on from here\n", stderr);
    /* Not exit: what is torn down there is still used by other threads, and libuv would wait for the thread it is
     * on. */
    _exit(EXIT_BROKEN);
  }
  return memory;
}

void *xmalloc(size_t size) {
  return or_leave(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size) {
  /* calloc passes by the thread's own store of small pieces (glibc up to 2.40), and a run makes them by the million. */
  if (count > 0 && size > 0 && size <= SMALL_MOST && count <= SMALL_MOST / size) {
    void *memory = xmalloc(count * size);
    __asm__("" : "+r"(memory)); /* or compilers see what the two lines are, and make a call of calloc of them */
    return memset(memory, 0, count * size);
  }
  return or_leave(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xrealloc(void *old, size_t size) {
  return or_leave(realloc(old, size > 0 ? size : 1));
}

char *xstrdup(const char *text) {
  return or_leave(strdup(text));
}

char *xstrndup(const char *text, size_t length) {
  return or_leave(strndup(text, length));
}

/* libuv keeps no sentence for some codes of the system, EDQUOT among them: it would make one that nobody frees. */
const char *reason_of(int error) {
  switch (error) {
#define KNOWN(name, text) case UV_##name:
    UV_ERRNO_MAP(KNOWN)
#undef KNOWN
    return uv_strerror(error);
  default:
    return strerror(-error);
  }
}

static char *format_text(const char *format, va_list arguments) {
  char *text = NULL;
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  return or_leave(text);
}

char *xasprintf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = format_text(format, arguments);
  va_end(arguments);
  return text;
}

void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = format_text(format, arguments);
  va_end(arguments);

  size_t length = strlen(text);
  size_t room = length * 4 + 1;
  char *line = xmalloc(room);
  escape_for_terminal(text, length, line, room);
  fprintf(stderr, "seine: %s\n", line);
  fflush(stderr);
  free(line);
  free(text);
}

size_t utf8_decode(const char *text, size_t length, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *bytes = (const unsigned char *)text;
  if (length == 0) return 0;
  if (bytes[0] < 0x80) {
    *code = bytes[0];
    return 1;
  }
  size_t size = bytes[0] >= 0xf8 ? 0 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc2 ? 2 : 0;
  if (size == 0 || size > length) return 0;
  uint32_t value = bytes[0] & (0x7fu >> size);
  for (size_t i = 1; i < size; i++) {
    if ((bytes[i] & 0xc0) != 0x80) return 0;
    value = value << 6 | (bytes[i] & 0x3f);
  }
  if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
  *code = value;
  return size;
}

bool utf8_is_valid(const char *text, size_t length) {
  uint32_t code;
  for (size_t at = 0, size; at < length; at += size) {
    size = utf8_decode(text + at, length - at, &code);
    if (size == 0) return false;
  }
  return true;
}

size_t utf8_cut(const char *text, size_t length, size_t limit) {
  if (length <= limit) return length;
  size_t cut = limit;
  while (cut > 0 && limit - cut < 4 && ((unsigned char)text[cut] & 0xc0) == 0x80)
    cut--;
  /* Four continuation bytes in a row are no character: there is nothing to keep whole. */
  return ((unsigned char)text[cut] & 0xc0) == 0x80 ? limit : cut;
}

bool code_is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

bool code_is_invisible(uint32_t code) {
  static const struct {
    uint32_t first, last;
  } ranges[] = {
      {0xad, 0xad},       {0x34f, 0x34f},      {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},
      {0x70f, 0x70f},     {0x890, 0x891},      {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x17b4, 0x17b5},
      {0x180b, 0x180f},   {0x200b, 0x200f},    {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
      {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
      {0xfff0, 0xfffb},   {0x110bd, 0x110bd},  {0x110cd, 0x110cd}, {0x13430, 0x1345f}, {0x1bca0, 0x1bca3},
      {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
  };
  if ((code & 0xfffe) == 0xfffe) return true;
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && code >= ranges[i].first; i++)
    if (code <= ranges[i].last) return true;
  return false;
}

size_t escape_for_terminal(const char *text, size_t length, char *out, size_t size) {
  size_t total = 0, end = 0;
  for (size_t at = 0, step; at < length; at += step) {
    char shown[20];
    uint32_t code = 0;
    size_t width = 0;
    step = utf8_decode(text + at, length - at, &code);
    bool plain = step > 0 && !code_is_control(code) && !code_is_invisible(code);
    if (step == 0) step = 1;
    for (size_t i = 0; i < step; i++) {
      if (plain)
        shown[width++] = text[at + i];
      else
        width += (size_t)sprintf(shown + width, "\\x%02X", (unsigned char)text[at + i]);
    }
    /* Once something did not fit, nothing after it may be written either. */
    if (end == total && end + width < size) {
      memcpy(out + end, shown, width);
      end += width;
    }
    total += width;
  }
  if (size > 0) out[end] = '\0';
  return total;
}

static int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  byte = (char)(byte | 0x20);
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

size_t percent_decode(char *text, size_t length) {
  size_t end = 0;
  for (size_t at = 0; at < length; at++) {
    int high = text[at] == '%' && length - at > 2 ? hex_digit(text[at + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
    if (low >= 0) {
      text[end++] = (char)(high << 4 | low);
      at += 2;
    } else {
      text[end++] = text[at];
    }
  }
  return end;
}

static void text_reserve(struct text *text, size_t more) {
  if (text->length + more < text->room) return;
  size_t room = text->room > 0 ? text->room : 64;
  while (room <= text->length + more)
    room *= 2;
  text->data = xrealloc(text->data, room);
  text->room = room;
}

void text_add(struct text *text, const char *bytes, size_t length) {
  text_reserve(text, length);
  if (length > 0) memcpy(text->data + text->length, bytes, length);
  text->length += length;
  text->data[text->length] = '\0';
}

char *text_room(struct text *text, size_t length) {
  text_reserve(text, length);
  return text->data + text->length;
}

void text_add_room(struct text *text, char *end) {
  text->length = (size_t)(end - text->data);
  *end = '\0';
}

void text_printf(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *added = format_text(format, arguments);
  va_end(arguments);
  text_add(text, added, strlen(added));
  free(added);
}

void text_clear(struct text *text) {
  free(text->data);
  *text = (struct text){0};
}
