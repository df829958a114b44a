/* Reads the input of fuzz_http2, and writes frames. */
#include "http2_script.h"

#include <ctype.h>

#define PAYLOAD_MOST 70000

enum { FLAG_END_STREAM = 1, FLAG_ACK = 1, FLAG_END_HEADERS = 4, FLAG_PADDED = 8, FLAG_PRIORITY = 0x20 };

/* ---- Reading ---- */

struct words {
  const char *at, *end; /* of the line */
};

static size_t next_word(struct words *words, const char **word) {
  while (words->at < words->end && *words->at == ' ')
    words->at++;
  *word = words->at;
  while (words->at < words->end && *words->at != ' ')
    words->at++;
  return (size_t)(words->at - *word);
}

static uint32_t next_number(struct words *words) {
  const char *word;
  size_t size = next_word(words, &word);
  uint32_t number = 0;
  for (size_t i = 0; i < size && isdigit((unsigned char)word[i]); i++)
    number = number * 10 + (uint32_t)(word[i] - '0');
  return number;
}

static void next_slot(struct words *words, struct step *step) {
  while (words->at < words->end && *words->at == ' ')
    words->at++;
  step->is_fixed = words->at < words->end && *words->at == '=';
  if (step->is_fixed) words->at++;
  step->slot = next_number(words);
}

static uint32_t next_flags(struct words *words) {
  const char *word;
  size_t size = next_word(words, &word);
  uint32_t flags = 0;
  for (size_t i = 0; i < size; i++)
    switch (word[i]) {
    case 'e':
    case 'a': flags |= FLAG_END_STREAM; break;
    case 'h': flags |= FLAG_END_HEADERS; break;
    case 'p': flags |= FLAG_PADDED; break;
    case 'y': flags |= FLAG_PRIORITY; break;
    default: break;
    }
  return flags;
}

/* What the words of a step are, in order: s slot, f flags, n number, t type, F flags as a number, r the rest. */
static const struct {
  const char *name, *form;
} forms[] = {
    [STEP_WAIT] = {"wait", "n"},         [STEP_SETTINGS] = {"settings", "fr"},
    [STEP_HEADERS] = {"headers", "sfr"}, [STEP_CONTINUATION] = {"continuation", "sfr"},
    [STEP_PUSH] = {"push", "snr"},       [STEP_HPACK] = {"hpack", "sfr"},
    [STEP_DATA] = {"data", "sfn"},       [STEP_TEXT] = {"text", "sfr"},
    [STEP_GIF] = {"gif", "sf"},          [STEP_RST] = {"rst", "sn"},
    [STEP_GOAWAY] = {"goaway", "sn"},    [STEP_WINDOW] = {"read-ahead", "sn"},
    [STEP_PING] = {"ping", "f"},         [STEP_FRAME] = {"frame", "tFsr"},
    [STEP_BYTES] = {"bytes", "r"},       [STEP_CLOSE] = {"close", ""},
};

static void read_step(struct step *step, struct words words) {
  for (const char *form = forms[step->kind].form; *form; form++)
    switch (*form) {
    case 's': next_slot(&words, step); break;
    case 'f': step->flags = next_flags(&words); break;
    case 'F': step->flags = next_number(&words); break;
    case 'n': step->number = next_number(&words); break;
    case 't': step->type = next_number(&words); break;
    default:
      if (words.at < words.end) words.at++;
      step->rest = words.at;
      step->rest_size = (size_t)(words.end - words.at);
      break;
    }
}

static void read_line(struct http2_script *script, struct words words) {
  const char *name;
  size_t size = next_word(&words, &name);
#define IS(text) (size == sizeof(text) - 1 && memcmp(name, text, size) == 0)
  if (IS("mute")) script->mute = true;
  if (IS("urls")) script->urls = next_number(&words);
  if (IS("options"))
    for (; words.at < words.end; words.at++) {
      script->robots |= *words.at == 'r';
      script->wide |= *words.at == 'w';
      script->images |= *words.at == 'i';
    }
#undef IS
  for (size_t i = 0; i < sizeof forms / sizeof forms[0] && script->count < STEPS_MOST; i++) {
    if (size != strlen(forms[i].name) || memcmp(name, forms[i].name, size) != 0) continue;
    struct step *step = &script->steps[script->count++];
    *step = (struct step){.kind = (enum step_kind)i};
    read_step(step, words);
  }
}

void http2_script_read(struct http2_script *script, const char *text, size_t size) {
  const char *end = text + size;
  *script = (struct http2_script){.urls = 3};
  while (text < end) {
    const char *feed = memchr(text, '\n', (size_t)(end - text));
    read_line(script, (struct words){text, feed ? feed : end});
    text = feed ? feed + 1 : end;
  }
  if (script->urls < 1) script->urls = 1;
  if (script->urls > 6) script->urls = 6;
}

/* ---- Writing ---- */

static void append(struct http2_bytes *bytes, const void *data, size_t size) {
  if (bytes->size + size > bytes->room) {
    bytes->room = (bytes->size + size) * 2 + 256;
    bytes->data = realloc(bytes->data, bytes->room);
    MUST(bytes->data);
  }
  if (size > 0) memcpy(bytes->data + bytes->size, data, size);
  bytes->size += size;
}

static void append_number(struct http2_bytes *bytes, uint32_t number, size_t octets) {
  while (octets-- > 0)
    append(bytes, &(uint8_t){(uint8_t)(number >> (8 * octets))}, 1);
}

void http2_frame(struct http2_bytes *bytes, uint32_t type, uint32_t flags, uint32_t stream, const void *payload,
                 size_t size) {
  append_number(bytes, (uint32_t)size, 3);
  append_number(bytes, type, 1);
  append_number(bytes, flags, 1);
  append_number(bytes, stream, 4);
  append(bytes, payload, size);
}

/* A string of HPACK (RFC 7541, 5.2), without Huffman. */
static void append_string(struct http2_bytes *bytes, const char *text, size_t size) {
  if (size < 127) {
    append_number(bytes, (uint32_t)size, 1);
  } else {
    size_t rest = size - 127;
    append_number(bytes, 127, 1);
    for (; rest >= 128; rest >>= 7)
      append_number(bytes, (uint32_t)(rest & 127) | 128, 1);
    append_number(bytes, (uint32_t)rest, 1);
  }
  append(bytes, text, size);
}

/* NAME=VALUE|NAME=VALUE as literal fields that go into no table. */
static void append_fields(struct http2_bytes *bytes, const char *text, size_t size) {
  const char *end = text + size;
  while (text < end) {
    const char *bar = memchr(text, '|', (size_t)(end - text)), *stop = bar ? bar : end;
    const char *equals = memchr(text, '=', (size_t)(stop - text)), *name_end = equals ? equals : stop;
    append_number(bytes, 0x10, 1);
    append_string(bytes, text, (size_t)(name_end - text));
    append_string(bytes, equals ? equals + 1 : stop, equals ? (size_t)(stop - equals - 1) : 0);
    text = bar ? bar + 1 : end;
  }
}

static void append_hex(struct http2_bytes *bytes, const char *text, size_t size) {
  int high = -1;
  for (size_t i = 0; i < size; i++) {
    if (!isxdigit((unsigned char)text[i])) continue;
    int digit = isdigit((unsigned char)text[i]) ? text[i] - '0' : (text[i] | 32) - 'a' + 10;
    if (high >= 0) append_number(bytes, (uint32_t)(high * 16 + digit), 1);
    high = high >= 0 ? -1 : digit;
  }
}

static void append_settings(struct http2_bytes *bytes, const char *text, size_t size) {
  struct words words = {text, text + size};
  while (words.at < words.end) {
    const char *word;
    size_t length = next_word(&words, &word);
    const char *equals = length ? memchr(word, '=', length) : NULL;
    if (!equals) continue;
    append_number(bytes, next_number(&(struct words){word, equals}), 2);
    append_number(bytes, next_number(&(struct words){equals + 1, word + length}), 4);
  }
}

static uint32_t stream_of(const struct step *step) {
  return step->is_fixed || step->slot == 0 ? step->slot : 2 * step->slot - 1;
}

uint8_t http2_letter(unsigned mark, uint32_t stream) {
  return (uint8_t)('A' + (mark * 7 + stream / 2) % 26);
}

static void append_gif(struct http2_bytes *bytes, uint8_t letter) {
  static const uint8_t head[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xfe\10";
  static const uint8_t tail[] = "\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
  append(bytes, head, sizeof head - 1);
  for (int i = 0; i < 8; i++)
    append(bytes, &letter, 1);
  append(bytes, tail, sizeof tail - 1);
}

/* Padding and priority before a payload, where the flags ask for them. */
static void append_prefix(struct http2_bytes *bytes, uint32_t flags, bool has_priority) {
  if (flags & FLAG_PADDED) append_number(bytes, 2, 1);
  if (has_priority && (flags & FLAG_PRIORITY)) append(bytes, "\0\0\0\0\20", 5);
}

/* What stands behind the frame header; returns the frame's type. */
static uint32_t write_payload(const struct step *step, unsigned mark, struct http2_bytes *bytes) {
  uint8_t letter = http2_letter(mark, stream_of(step));
  bool is_headers = step->kind == STEP_HEADERS || step->kind == STEP_HPACK;
  bool is_data = step->kind == STEP_DATA || step->kind == STEP_TEXT || step->kind == STEP_GIF;
  uint32_t type = 0;
  if (is_headers || is_data) append_prefix(bytes, step->flags, is_headers);
  switch (step->kind) {
  case STEP_SETTINGS:
    type = 4;
    append_settings(bytes, step->rest, step->rest_size);
    break;
  case STEP_HEADERS:
    type = 1;
    append_fields(bytes, step->rest, step->rest_size);
    break;
  case STEP_CONTINUATION:
    type = 9;
    append_fields(bytes, step->rest, step->rest_size);
    break;
  case STEP_PUSH:
    type = 5;
    append_number(bytes, step->number, 4);
    append_fields(bytes, step->rest, step->rest_size);
    break;
  case STEP_HPACK:
    type = 1;
    append_hex(bytes, step->rest, step->rest_size);
    break;
  case STEP_DATA:
    for (uint32_t i = 0; i < step->number % PAYLOAD_MOST; i++)
      append(bytes, &letter, 1);
    break;
  case STEP_TEXT: append(bytes, step->rest, step->rest_size); break;
  case STEP_GIF: append_gif(bytes, letter); break;
  case STEP_RST:
    type = 3;
    append_number(bytes, step->number, 4);
    break;
  case STEP_GOAWAY:
    type = 7;
    append_number(bytes, stream_of(step), 4);
    append_number(bytes, step->number, 4);
    break;
  case STEP_WINDOW:
    type = 8;
    append_number(bytes, step->number, 4);
    break;
  case STEP_PING:
    type = 6;
    append(bytes, "12345678", 8);
    break;
  default:
    type = step->type;
    append_hex(bytes, step->rest, step->rest_size);
    break;
  }
  if ((is_headers || is_data) && (step->flags & FLAG_PADDED)) append(bytes, "\0\0", 2);
  return type;
}

void http2_step_write(const struct step *step, unsigned mark, struct http2_bytes *bytes) {
  struct http2_bytes payload = {0};
  if (step->kind == STEP_WAIT || step->kind == STEP_CLOSE) return;
  uint32_t type = write_payload(step, mark, &payload);
  bool is_of_connection = step->kind == STEP_SETTINGS || step->kind == STEP_GOAWAY || step->kind == STEP_PING;
  uint32_t flags = step->kind == STEP_PUSH ? FLAG_END_HEADERS : step->flags;
  if (step->kind == STEP_BYTES)
    append(bytes, payload.data, payload.size);
  else
    http2_frame(bytes, type, flags, is_of_connection ? 0 : stream_of(step), payload.data, payload.size);
  free(payload.data);
}
