/* Small tools that every file of the command uses: memory, messages for people, and text that may come from
 * anywhere. */
#ifndef SEINE_CLI_UTIL_H
#define SEINE_CLI_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory or the end of the program (exit 3, after a sentence). What is returned is the caller's, to be freed with
 * free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes "seine: ..." and a line end to stderr, in one piece. Everything formatted into it is escaped as below, so that
 * names and remote bytes can be passed in as they are. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a negative code of libuv means; static. */
const char *reason_of(int error);

/* Copies text so that a terminal shows it and obeys none of it: C0, C1, DEL, bidirectional and other invisible
 * characters, and bytes that are not UTF-8, become \xNN, a byte each. Returns the length of the whole, as snprintf
 * does; out is NUL-terminated if size > 0, and never ends inside a character or an escape. */
size_t escape_for_terminal(const char *text, size_t length, char *out, size_t size);

/* Takes one character off the front of text: its length in bytes (1 to 4), or 0 if it is not well-formed UTF-8
 * there. */
size_t utf8_decode(const char *text, size_t length, uint32_t *code);
bool utf8_is_valid(const char *text, size_t length);
/* The length of text cut to at most `limit` bytes, never inside a character. */
size_t utf8_cut(const char *text, size_t length, size_t limit);

/* Replaces %XX in place, also where a NUL comes out. Returns the new length; no NUL is added. */
size_t percent_decode(char *text, size_t length);

/* C0, DEL and C1. */
bool code_is_control(uint32_t code);
/* Bidirectional controls, joiners, separators, tags, private use and noncharacters: nothing to see, but it acts. */
bool code_is_invisible(uint32_t code);

/* A string that grows. All zero is an empty one; data is NUL-terminated once anything was added. */
struct text {
  char *data; /* owned */
  size_t length;
  size_t room;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for so many bytes behind the text; once they are written, text_add_room says where they end. */
char *text_room(struct text *text, size_t length);
void text_add_room(struct text *text, char *end);
void text_clear(struct text *text); /* frees it; empty and usable again */

#endif
