/* A JSON value of a list taken apart into URLs and the rest. Pure. */
#ifndef SEINE_CLI_JSON_LINE_H
#define SEINE_CLI_JSON_LINE_H

#include "base/text.h"
#include "input/csv.h"

#include <stdbool.h>
#include <stddef.h>

struct json_wanted {
  const char *url; /* name of the member; NULL: the first one called "url" in any case */
  bool has_checksum;
  const char *checksum; /* name of the member; NULL: "sha256", or else "md5", in any case */
};

struct json_taken {
  struct fields urls; /* unescaped, and in the text that was read: of a string, or of an array of strings */
  struct text rest; /* all other members as an object in one line, in their order */
  struct text checksum; /* unescaped; empty: there is none */
  bool has_checksum; /* there is such a member, whatever its value */
};

/* Reads an object, or a string, which is a URL itself; text[length] is NUL, and the text may be changed. `rest` is
 * strict JSON (RFC 8259), whatever the text is: bytes that are not UTF-8 are percent-encoded, characters that could end
 * a line or hide something become \u escapes, half of a pair becomes U+FFFD, NaN and Infinity become null, and any
 * other value that JSON does not know, or that is nested too deeply, becomes a string of its text. NULL, or what is
 * wrong: a part of a sentence, static. */
const char *json_line_take(char *text, size_t length, const struct json_wanted *wanted, struct json_taken *taken);

void json_taken_clear(struct json_taken *taken);

#endif
