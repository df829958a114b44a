/* The engine's sentences about its options, in the words of the command line. */
#include "options/option_errors.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool in_name(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

static const char engine_prefix[] = "engine.";

bool option_is_of_engine(const struct option_row *row) {
  return row->member != NULL && strncmp(row->member, engine_prefix, sizeof engine_prefix - 1) == 0;
}

/* The option that is stored in a field of seine_options_t; NULL if there is none. */
static const struct option_row *row_of_field(const char *name, size_t length) {
  for (size_t i = 0; i < option_count; i++) {
    if (!option_is_of_engine(&option_table[i])) continue;
    const char *member = option_table[i].member + sizeof engine_prefix - 1;
    if (strncmp(member, name, length) == 0 && member[length] == '\0') return &option_table[i];
  }
  return NULL;
}

/* A field is called by its name at the beginning of a sentence. Elsewhere "accept" may be just a word, but not
 * "max_size_bytes". What stands in quotes is the user's own. */
static void reword(const char *cause, struct text *text) {
  bool quoted = false;
  for (const char *at = cause; *at != '\0';) {
    size_t length = 0;
    while (in_name(at[length]))
      length++;
    bool named = !quoted && length > 0 && (at == cause || memchr(at, '_', length) != NULL);
    const struct option_row *row = named ? row_of_field(at, length) : NULL;
    if (row != NULL) {
      text_printf(text, "--%s", row->name);
    } else {
      if (length == 0) length = 1;
      quoted ^= *at == '"';
      text_add(text, at, length);
    }
    at += length;
  }
}

int option_check_engine(const seine_options_t *options, char *cause, size_t size) {
  char as_said[1024];
  int error = seine_options_check(options, as_said, sizeof as_said);
  if (error == 0) return 0;
  struct text text = {0};
  reword(as_said, &text);
  snprintf(cause, size, "%s", text.data != NULL ? text.data : as_said);
  text_clear(&text);
  return error;
}
