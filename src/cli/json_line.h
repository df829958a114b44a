/* A JSON object on a line taken apart into one string and the rest. Pure. */
#ifndef SEINE_CLI_JSON_LINE_H
#define SEINE_CLI_JSON_LINE_H

#include "util.h"

#include <stddef.h>

/* Finds the member `key`, or the first one called "url" in any case if key is NULL. Its value, unescaped, is *url,
 * which lies in `line`. All other members are added to `rest` as an object, in their order, compact and otherwise as
 * they are, but for characters that could end a line or hide something, which become \u escapes. line[length] is NUL;
 * the line may be changed. NULL, or what is wrong: a part of a sentence, static. */
const char *json_line_take(char *line, size_t length, const char *key, char **url, size_t *url_length,
                           struct text *rest);

#endif
