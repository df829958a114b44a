/* Reads JSON rows in one pass, by literal keys: a rerun reads millions of rows before its first transfer. */
#include "manifest/row_fast.h"

#include <endian.h>
#include <string.h>

/* The rest of a line. */
struct rest {
  const char *at, *end;
};

/* A macro: with the length of a literal, the compiler turns memcmp into a few instructions. */
#define PASS(rest, literal)                                                                                            \
  ((size_t)((rest)->end - (rest)->at) >= sizeof literal - 1 && memcmp((rest)->at, literal, sizeof literal - 1) == 0 && \
   ((rest)->at += sizeof literal - 1, true))

/* ---- Words: eight bytes at a time, the first of them the lowest ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH       EACH(0x80)

static inline uint64_t word_at(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return le64toh(word);
}

/* Each of these sets the highest bit of the first byte that is such, and maybe of some that follow it; 0 if none is. */
static inline uint64_t equal(uint64_t word, uint8_t byte) {
  uint64_t zero = word ^ EACH(byte);
  return (zero - EACH(1)) & ~zero & HIGH;
}

static inline uint64_t control(uint64_t word) {
  return (word - EACH(' ')) & ~word & HIGH;
}

/* ---- Strings ---- */

/* Passes a string that stands for itself, without its quotes. No row ends within a word of the end of one of these. */
static inline bool pass_string(struct rest *rest, const char **text, size_t *length) {
  const char *at = rest->at;
  if (at == rest->end || *at++ != '"') return false;
  *text = at;
  for (; rest->end - at >= 8; at += 8) {
    uint64_t word = word_at(at);
    uint64_t special = equal(word, '"') | equal(word, '\\') | control(word);
    if (!special) continue;
    at += __builtin_ctzll(special) / 8;
    *length = (size_t)(at - *text);
    rest->at = at + 1;
    return *at == '"';
  }
  return false;
}

static bool pass_string_or_null(struct rest *rest, const char **text, size_t *length) {
  *text = NULL;
  *length = 0;
  return PASS(rest, "null") || pass_string(rest, text, length);
}

/* ---- Other values ---- */

static inline bool pass_number(struct rest *rest, uint64_t *number) {
  const char *at = rest->at, *end = rest->end - at > 19 ? at + 19 : rest->end;
  uint64_t n = 0;
  for (; at < end && *at >= '0' && *at <= '9'; at++)
    n = n * 10 + (uint64_t)(*at - '0');
  if (at == rest->at) return false;
  rest->at = at;
  *number = n;
  return true;
}

static bool pass_number_or_null(struct rest *rest, uint64_t *number) {
  *number = 0;
  return PASS(rest, "null") || pass_number(rest, number);
}

static bool pass_status(struct rest *rest, seine_status_t *status) {
  if (PASS(rest, "\"ok\""))
    *status = SEINE_STATUS_OK;
  else if (PASS(rest, "\"duplicate\""))
    *status = SEINE_STATUS_DUPLICATE;
  else if (PASS(rest, "\"failed\""))
    *status = SEINE_STATUS_FAILED;
  else if (PASS(rest, "\"rejected\""))
    *status = SEINE_STATUS_REJECTED;
  else
    return false;
  return true;
}

/* Eight digits as four bytes; false where they are none, or capitals. */
static inline bool put_digits(uint64_t digits, uint8_t *out) {
  uint64_t letters = digits >> 6 & EACH(1), value = (digits & EACH(15)) + letters * 9;
  /* Only digits are what their values are written as. */
  uint64_t written = value + EACH('0') + (((value + EACH(6)) >> 4) & EACH(1)) * ('a' - '9' - 1);
  uint64_t bytes = (value << 4 | value >> 8) & UINT64_C(0x00ff00ff00ff00ff);
  bytes = (bytes | bytes >> 8) & UINT64_C(0x0000ffff0000ffff);
  uint32_t packed = htole32((uint32_t)(bytes | bytes >> 16));
  memcpy(out, &packed, sizeof packed);
  return written == digits && (value & EACH(16)) == 0;
}

static bool pass_digest(struct rest *rest, struct row_view *view) {
  view->has_sha256 = false;
  if (PASS(rest, "null")) return true;
  if (rest->end - rest->at < 66 || rest->at[0] != '"' || rest->at[65] != '"') return false;
  for (size_t i = 0; i < 32; i += 4)
    if (!put_digits(word_at(rest->at + 1 + 2 * i), view->sha256 + i)) return false;
  view->has_sha256 = true;
  rest->at += 66;
  return true;
}

static bool pass_error(struct rest *rest, int *error) {
  static const struct {
    const char *name;
    size_t length;
    int error;
  } errors[] = {
#define XX(name, value, machine, people) {machine, sizeof machine - 1, value},
      SEINE_ERROR_MAP(XX)
#undef XX
  };
  const char *name;
  size_t length;
  *error = 0;
  if (!pass_string_or_null(rest, &name, &length)) return false;
  for (size_t i = 0; name && i < sizeof errors / sizeof *errors; i++)
    if (length == errors[i].length && memcmp(name, errors[i].name, length) == 0) *error = errors[i].error;
  return !name || *error != 0;
}

static bool pass_sides(struct rest *rest, struct row_view *view) {
  uint64_t width, height, trailing;
  bool passed = PASS(rest, ",\"width\":") && pass_number_or_null(rest, &width) && PASS(rest, ",\"height\":") &&
                pass_number_or_null(rest, &height) && PASS(rest, ",\"trailing_bytes\":") &&
                pass_number_or_null(rest, &trailing) && width <= UINT32_MAX && height <= UINT32_MAX;
  view->width = passed ? (uint32_t)width : 0;
  view->height = passed ? (uint32_t)height : 0;
  return passed;
}

/* A string's text in the line, once it may be written to; NULL for NULL. */
static char *ended(char *line, const char *text, size_t length) {
  if (!text) return NULL;
  char *start = line + (text - line);
  start[length] = '\0';
  return start;
}

static bool pass_content_type(struct rest *rest, const char **type, size_t *length) {
  uint64_t attempts;
  const char *final_url;
  return PASS(rest, ",\"attempts\":") && pass_number(rest, &attempts) && PASS(rest, ",\"final_url\":") &&
         pass_string_or_null(rest, &final_url, length) && PASS(rest, ",\"content_type\":") &&
         pass_string_or_null(rest, type, length);
}

static bool pass_retryable(struct rest *rest, struct row_view *view) {
  const char *message;
  size_t length;
  view->retryable = false;
  if (view->status <= SEINE_STATUS_DUPLICATE) return true;
  if (!PASS(rest, ",\"message\":") || !pass_string_or_null(rest, &message, &length)) return false;
  if (!PASS(rest, ",\"retryable\":")) return false;
  view->retryable = PASS(rest, "true");
  return view->retryable || PASS(rest, "false");
}

/* ---- The row ---- */

bool row_read_fast(char *line, size_t length, struct row_view *view) {
  struct rest row = {.at = line, .end = line + length}, *rest = &row;
  const char *url, *path, *type, *declared = NULL;
  size_t url_length, path_length, type_length, declared_length = 0;
  uint64_t http;
  if (length < 2 || line[length - 1] != '}') return false;
  bool read = PASS(rest, "{\"id\":") && pass_number(rest, &view->id) && PASS(rest, ",\"url\":") &&
              pass_string(rest, &url, &url_length) && PASS(rest, ",\"status\":") && pass_status(rest, &view->status) &&
              PASS(rest, ",\"path\":") && pass_string_or_null(rest, &path, &path_length) &&
              PASS(rest, ",\"sha256\":") && pass_digest(rest, view) && PASS(rest, ",\"bytes\":") &&
              pass_number(rest, &view->bytes) && PASS(rest, ",\"media_type\":") &&
              pass_string_or_null(rest, &type, &type_length) && pass_sides(rest, view) &&
              PASS(rest, ",\"http_status\":") && pass_number_or_null(rest, &http) && http <= 999 &&
              PASS(rest, ",\"error\":") && pass_error(rest, &view->error) && pass_retryable(rest, view) &&
              (view->status != SEINE_STATUS_REJECTED || pass_content_type(rest, &declared, &declared_length)) &&
              rest->at < rest->end && *rest->at == ',';
  if (!read) return false;
  view->http_status = (int)http;
  view->url = ended(line, url, url_length);
  view->path = ended(line, path, path_length);
  view->media_type = ended(line, type, type_length);
  view->content_type = ended(line, declared, declared_length);
  return true;
}
