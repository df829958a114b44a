/* A JSON value, read leniently and written strictly (RFC 8259) as it is read: no number is rounded, no tree is built. A
 * flaw in one member costs no other, and so not the URL. */
#include "input/json_line.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "input/json_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MOST 64

struct json {
  char *at; /* the text ends with a NUL, at which everything below stops */
  char *end;
  struct text *out;
  const char *problem;
};

static bool refuse(struct json *json, const char *problem) {
  if (json->problem == NULL) json->problem = problem;
  return false;
}

static bool is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void pass_blanks(struct json *json) {
  while (is_space(*json->at))
    json->at++;
}

/* Passes over the commas between two values: none, one or several. */
static void pass_commas(struct json *json) {
  while (is_space(*json->at) || *json->at == ',')
    json->at++;
}

static bool take(struct json *json, char byte) {
  pass_blanks(json);
  if (*json->at != byte) return false;
  json->at++;
  return true;
}

/* ---- Values ---- */

/* The end of a string, behind its first quote: at its last quote, or NULL if there is none. */
static char *string_end(char *at, const char *end) {
  char *quote = memchr(at, '"', (size_t)(end - at));
  if (quote == NULL || memchr(at, '\\', (size_t)(quote - at)) == NULL) return quote;
  for (; at < end && *at != '"'; at++)
    if (*at == '\\') at++;
  return at < end ? at : NULL;
}

/* Copies a string with its quotes; the next byte is the opening one. */
static bool put_string(struct json *json) {
  char *from = json->at + 1, *quote = string_end(from, json->end);
  if (quote == NULL) return refuse(json, "has a string that does not end");
  json_text_put(json->out, from, (size_t)(quote - from));
  json->at = quote + 1;
  return true;
}

static bool ends_word(char byte) {
  return is_space(byte) || byte == ',' || byte == ':' || byte == '"' || byte == '{' || byte == '}' || byte == '[' ||
         byte == ']';
}

/* true, false, null, a number; NaN and Infinity, as which Python writes them, become null; any other word a string. */
static bool put_word(struct json *json) {
  size_t length = 0;
  while (json->at + length < json->end && !ends_word(json->at[length]))
    length++;
  if (length == 0 && (*json->at == '\0' || strchr(",}]", *json->at) == NULL))
    return refuse(json,
                  json->at == json->end ? "is a JSON object that does not end" : "has a value that JSON does not know");
  json_text_put_word(json->out, json->at, length);
  json->at += length;
  return true;
}

static bool put_key(struct json *json) {
  pass_blanks(json);
  if (*json->at != '"') return refuse(json, "has a member without a name");
  if (!put_string(json)) return false;
  if (!take(json, ':')) return refuse(json, "has a name without a value");
  text_add(json->out, ":", 1);
  return true;
}

/* A value that is nested too deeply for the readers of manifests: its text, as a string. */
static bool put_deep(struct json *json) {
  char *from = json->at;
  size_t depth = 0;
  do {
    if (json->at >= json->end) return refuse(json, "is a JSON object that does not end");
    if (*json->at == '"') {
      json->at = string_end(json->at + 1, json->end);
      if (json->at == NULL) return refuse(json, "has a string that does not end");
    }
    depth += *json->at == '{' || *json->at == '[';
    depth -= *json->at == '}' || *json->at == ']';
    json->at++;
  } while (depth > 0);
  json_text_put_raw(json->out, from, (size_t)(json->at - from));
  return true;
}

static bool put_scalar(struct json *json) {
  return *json->at == '"' ? put_string(json) : put_word(json);
}

/* Copies any value. Open brackets are kept in an array, since recursion would let a hostile line exhaust the stack. */
static bool put_value(struct json *json) {
  char closers[DEPTH_MOST];
  size_t depth = 0;
  for (;;) {
    bool opened = false;
    pass_blanks(json);
    if ((*json->at == '{' || *json->at == '[') && depth < DEPTH_MOST) {
      closers[depth++] = *json->at == '{' ? '}' : ']';
      text_add(json->out, json->at++, 1);
      opened = true;
    } else if (!(*json->at == '{' || *json->at == '[' ? put_deep(json) : put_scalar(json))) {
      return false;
    }
    while (depth > 0 && (pass_commas(json), *json->at == closers[depth - 1])) {
      text_add(json->out, &closers[--depth], 1);
      json->at++;
      opened = false;
    }
    if (depth == 0) return true;
    if (json->at == json->end) return refuse(json, "is a JSON object that does not end");
    if (*json->at == '}' || *json->at == ']') return refuse(json, "has brackets that do not match");
    if (!opened) text_add(json->out, ",", 1);
    if (closers[depth - 1] == '}' && !put_key(json)) return false;
  }
}

/* ---- The members that are wanted ---- */

/* Whether the name that was written last, from out->data + from on as "...": , is this one. */
static bool is_called(const struct text *out, size_t from, const char *name, bool any_case) {
  const char *written = out->data + from + 1;
  size_t length = out->length - from - 3;
  int (*compare)(const char *, const char *, size_t) = any_case ? strncasecmp : strncmp;
  if (memchr(written, '\\', length) == NULL) return length == strlen(name) && compare(written, name, length) == 0;
  char *plain = xstrndup(written, length);
  length = json_text_unescape(plain, length);
  bool same = length == strlen(name) && compare(plain, name, length) == 0;
  free(plain);
  return same;
}

static void take_string(struct json *json, struct fields *urls) {
  char *from = json->at + 1, *quote = string_end(from, json->end);
  json->at = quote + 1;
  fields_add(urls, from, json_text_unescape(from, (size_t)(quote - from)));
}

/* A string, or an array of strings in which nulls are passed over. */
static bool take_urls(struct json *json, struct fields *urls) {
  bool array = take(json, '[');
  do {
    pass_blanks(json);
    if (array) pass_commas(json);
    if (array && *json->at == ']') break;
    if (strncmp(json->at, "null", 4) == 0) {
      json->at += 4;
      continue;
    }
    if (*json->at != '"') return refuse(json, "has a URL that is no string");
    if (string_end(json->at + 1, json->end) == NULL) return refuse(json, "has a string that does not end");
    take_string(json, urls);
  } while (array);
  if (array) json->at++;
  return urls->count > 0 || refuse(json, "has no URL");
}

/* Keeps a value that was written from out->data + from on, if it is a string. */
static void keep_checksum(const struct text *out, size_t from, struct text *checksum) {
  checksum->length = 0;
  if (out->data[from] != '"') return;
  text_add(checksum, out->data + from + 1, out->length - from - 2);
  checksum->length = json_text_unescape(checksum->data, checksum->length);
}

/* Whether the member holds the checksum; SHA-256 goes before MD5, whichever stands first. */
static bool is_checksum(const struct text *out, size_t from, const struct json_wanted *wanted, bool *has_sha256) {
  if (!wanted->has_checksum || *has_sha256) return false;
  if (wanted->checksum != NULL) return is_called(out, from, wanted->checksum, false);
  *has_sha256 = is_called(out, from, "sha256", true);
  return *has_sha256 || is_called(out, from, "md5", true);
}

static bool take_members(struct json *json, const struct json_wanted *wanted, struct json_taken *taken) {
  bool has_sha256 = false;
  for (;;) {
    pass_commas(json);
    if (take(json, '}')) return true;
    if (*json->at == '\0' && json->at == json->end) return refuse(json, "is a JSON object that does not end");
    size_t before = json->out->length;
    if (json->out->data[before - 1] != '{') text_add(json->out, ",", 1);
    size_t from = json->out->length;
    if (!put_key(json)) return false;
    size_t value = json->out->length;
    bool is_url = taken->urls.count == 0 &&
                  is_called(json->out, from, wanted->url != NULL ? wanted->url : "url", wanted->url == NULL);
    if (is_url && !take_urls(json, &taken->urls)) return false;
    if (is_url) {
      json->out->length = before;
      continue;
    }
    bool checks = is_checksum(json->out, from, wanted, &has_sha256);
    if (!put_value(json)) return false;
    if (checks) keep_checksum(json->out, value, &taken->checksum);
    taken->has_checksum |= checks;
  }
}

const char *json_line_take(char *text, size_t length, const struct json_wanted *wanted, struct json_taken *taken) {
  struct json json = {.at = text, .end = text + length, .out = &taken->rest};
  taken->urls.count = taken->rest.length = taken->checksum.length = 0;
  taken->has_checksum = false;
  while (is_space(*json.at) || *json.at == '\x1e') /* RFC 7464 begins each value by such a byte */
    json.at++;
  text_add(&taken->rest, "{", 1);
  bool good = *json.at == '"'    ? take_urls(&json, &taken->urls)
              : take(&json, '{') ? take_members(&json, wanted, taken)
                                 : refuse(&json, "is no JSON object");
  text_add(&taken->rest, "}", 1);
  if (!good) return json.problem;
  pass_commas(&json);
  if (json.at != json.end) return "has something behind its JSON object";
  return taken->urls.count > 0 ? NULL : "has no member for the URL; --url-column names it";
}

void json_taken_clear(struct json_taken *taken) {
  fields_clear(&taken->urls);
  text_clear(&taken->rest);
  text_clear(&taken->checksum);
}
