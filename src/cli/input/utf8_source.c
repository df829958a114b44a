/* The text of one list in UTF-8: UTF-8 is handed on where it lies, anything else is converted. */
#include "input/utf8_source.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "input/encoding.h"
#include "input/file_signature.h"

#include <stdlib.h>
#include <string.h>

struct input {
  struct source *source;
  char *named; /* encoding that was asked for, or NULL */
  bool begun; /* the first bytes were looked at */
  bool odd; /* bytes that are not UTF-8 were met */
  char *end; /* of the bytes that the source gave last */
  size_t held; /* bytes before `end` that were not handed on, or not converted */
  char *refusal;

  struct encoding *encoding; /* NULL: UTF-8 */
  char *text; /* what was converted; room for SOURCE_LEFT_MAX, what one piece of the source becomes, and a NUL */
  size_t room, length;
};

struct input *input_open(uv_loop_t *loop, const char *name, const char *encoding, source_ready_cb on_ready,
                         void *user) {
  struct input *input = xcalloc(1, sizeof *input);
  input->named = encoding != NULL ? xstrdup(encoding) : NULL;
  input->source = source_open(loop, name, on_ready, user);
  return input;
}

void input_close(struct input *input) {
  source_close(input->source);
  encoding_close(input->encoding);
  free(input->named);
  free(input->refusal);
  free(input->text);
  free(input);
}

const char *input_problem(const struct input *input) {
  return source_problem(input->source);
}

const char *input_refusal(const struct input *input) {
  return input->refusal;
}

bool input_is_odd(const struct input *input) {
  return input->odd;
}

/* ---- How the list begins ---- */

static void set_encoding(struct input *input, const char *name) {
  if (encoding_is_utf8(name)) return;
  input->encoding = encoding_open(name);
  if (input->encoding == NULL) input->refusal = xasprintf("is in %s, which this system cannot convert", name);
}

/* False if more bytes must come before it is known how the list begins. *mark becomes the bytes before its text. */
static bool begin(struct input *input, const char *bytes, size_t length, bool last, size_t *mark) {
  bool more_kind, more_mark;
  const char *kind = file_signature_kind(bytes, length, &more_kind);
  const char *name = encoding_of_mark(bytes, length, mark, &more_mark);
  bool more_zeros = length < 4 || (length < ENCODING_GUESS_BYTES && memchr(bytes, '\0', length) != NULL);
  if (kind == NULL && !last && (more_kind || more_mark || more_zeros)) return false;
  input->begun = true;
  if (kind != NULL) {
    input->refusal = xstrdup(kind);
  } else if (name != NULL || input->named != NULL) {
    set_encoding(input, name != NULL ? name : input->named);
  } else if ((name = encoding_guess(bytes, length)) != NULL) {
    input->refusal = xasprintf("is in %s without a byte order mark, it seems; --encoding %s reads it", name, name);
  }
  return true;
}

/* ---- Its text ---- */

/* Whether the text, which is not UTF-8 from here on, may be the beginning of a character. */
static bool is_cut_character(const char *text, size_t length) {
  unsigned char lead = (unsigned char)*text;
  size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || length >= whole) return false;
  for (size_t i = 1; i < length; i++)
    if (((unsigned char)text[i] & 0xc0) != 0x80) return false;
  return true;
}

/* Whether the text is UTF-8; a character that is cut at either end is. */
static bool is_utf8(const char *text, size_t length) {
  size_t at = 0;
  while (at < length && at < 3 && ((unsigned char)text[at] & 0xc0) == 0x80)
    at++;
  while (at < length) {
    uint64_t word;
    uint32_t code;
    if (length - at >= sizeof word && (memcpy(&word, text + at, sizeof word), (word & 0x8080808080808080) == 0)) {
      at += sizeof word;
      continue;
    }
    size_t one = utf8_decode(text + at, length - at, &code);
    if (one == 0) return is_cut_character(text + at, length - at);
    at += one;
  }
  return true;
}

/* Moves the last `left` bytes of the text to its front, and makes room behind them. */
static void make_room(struct input *input, size_t left, size_t more) {
  const char *from = left > 0 ? input->text + input->length - left : NULL;
  if (left + more <= input->room) {
    if (left > 0) memmove(input->text, from, left);
    return;
  }
  input->room = SOURCE_LEFT_MAX + more;
  char *text = xmalloc(input->room);
  if (left > 0) memcpy(text, from, left);
  free(input->text);
  input->text = text;
}

/* Converts what the source gave behind what is left of the text before. */
static void convert(struct input *input, size_t left, const char *bytes, size_t length, bool last) {
  size_t taken = length;
  make_room(input, left, (length + 1) * ENCODING_GROWTH);
  char *out = input->text + left;
  size_t got = encoding_convert(input->encoding, bytes, &taken, out);
  input->held = length - taken;
  if (last && input->held > 0) { /* the list ends inside of a character */
    memcpy(out + got, "\xef\xbf\xbd", 3);
    got += 3;
    input->held = 0;
  }
  input->length = left + got;
}

/* Hands on the bytes of the source from bytes + mark on. `last`: they are all that is left of it. */
static void give(struct input *input, size_t left, char *bytes, size_t length, bool last, char **text,
                 size_t *text_length) {
  if (input->encoding != NULL) {
    convert(input, left, bytes, length, last);
    *text = input->text;
    *text_length = input->length;
    return;
  }
  if (!input->odd && input->named == NULL) input->odd = !is_utf8(bytes + left, length - left);
  input->held = 0;
  *text = bytes;
  *text_length = length;
}

enum source_event input_read(struct input *input, size_t left, char **text, size_t *length) {
  char *bytes;
  size_t got, mark = 0;
  for (;;) {
    size_t kept = input->encoding != NULL || !input->begun ? input->held : left;
    enum source_event event = source_read(input->source, kept, &bytes, &got);
    bool last = event == SOURCE_END;
    if (event == SOURCE_AGAIN || (last && input->held == 0)) return event;
    if (last) {
      got = input->held;
      bytes = input->end - got;
    }
    input->end = bytes + got;
    bool begins = !input->begun;
    if (begins && !begin(input, bytes, got, last, &mark)) {
      input->held = got;
      continue;
    }
    input->held = 0;
    if (input->refusal != NULL) return SOURCE_END;
    give(input, begins ? 0 : left, bytes + (begins ? mark : 0), got - (begins ? mark : 0), last, text, length);
    return SOURCE_BYTES;
  }
}
