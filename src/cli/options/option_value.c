/* Checks the values of options and stores them. */
#include "options/option_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "options/option_errors.h"
#include "options/proxies.h"

/* ---- Complaints ---- */

int option_refuse(const struct option_row *row, const struct option_origin *origin, const char *format, ...) {
  struct text why = {0};
  char *message = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&message, format, arguments) < 0) message = xstrdup("is wrong");
  va_end(arguments);
  if (origin->file != NULL)
    text_printf(&why, "%s:%u: %s: %s", origin->file, origin->line, row->name, message);
  else
    text_printf(&why, "--%s: %s; try \"seine --help\"", row->name, message);
  say("%s", why.data);
  text_clear(&why);
  free(message);
  return -1;
}

/* ---- Numbers ---- */

struct decimal {
  uint64_t whole;
  unsigned thousandths;
  bool dropped; /* there was more after them */
};

/* Reads digits with at most one dot, and leaves *text behind them. Too many digits before the dot give the largest
 * number, which is out of every range. */
static bool read_decimal(const char **text, struct decimal *number) {
  const char *at = *text;
  unsigned weight = 100;
  bool any = false;
  *number = (struct decimal){0};
  for (; *at >= '0' && *at <= '9'; at++, any = true)
    number->whole = number->whole > UINT64_MAX / 10 - 10 ? UINT64_MAX / 10 : number->whole * 10 + (uint64_t)(*at - '0');
  if (*at == '.') {
    for (at++; *at >= '0' && *at <= '9'; at++, any = true, weight /= 10) {
      number->thousandths += (unsigned)(*at - '0') * weight;
      number->dropped |= weight == 0 && *at != '0';
    }
  }
  *text = at;
  return any;
}

/* A suffix's factor, and nothing after it; 0 if there is anything else. */
static uint64_t read_suffix(const char *text, uint64_t base) {
  static const char letters[] = "kmgt";
  if (*text == '\0') return 1;
  const char *letter = strchr(letters, *text | 0x20);
  if (letter == NULL || text[1] != '\0') return 0;
  uint64_t factor = base;
  for (long i = letter - letters; i > 0; i--)
    factor *= base;
  return factor;
}

/* What a suffix multiplies by once more; 0: the option takes none. */
static uint64_t suffix_base(const struct option_row *row) {
  return row->kind == OPTION_BYTES ? 1024 : row->kind == OPTION_PIXELS ? 1000 : 0;
}

static void format_number(const struct option_row *row, double value, char *out, size_t size) {
  static const char suffixes[] = "kMGT";
  int suffix = 0;
  uint64_t base = suffix_base(row);
  if (base)
    for (; suffix < 4 && value >= (double)base && (uint64_t)value % base == 0; suffix++)
      value /= (double)base;
  if (suffix > 0)
    snprintf(out, size, "%.0f%c", value, suffixes[suffix - 1]);
  else
    snprintf(out, size, value < 1 ? "%g" : "%.0f", value);
}

static int refuse_range(const struct option_row *row, const char *value, const struct option_origin *origin) {
  char least[32], most[32];
  format_number(row, row->least, least, sizeof least);
  format_number(row, row->most, most, sizeof most);
  return option_refuse(row, origin, "\"%s\" is out of range (%s to %s%s)", value, least, most,
                       row->optional ? ", or none" : "");
}

static const char *number_wish(const struct option_row *row) {
  switch (row->kind) {
  case OPTION_BYTES: return "a number of bytes, like 65536, 64k, 1.5M or 2G";
  case OPTION_PIXELS: return "a number of pixels, like 750000, 640k or 20M";
  case OPTION_SECONDS: return "a number of seconds, like 10 or 0.5";
  case OPTION_RATE: return "a number a second, like 10 or 0.5";
  case OPTION_RATIO: return "a number, like 2 or 1.5";
  default: return "a whole number";
  }
}

static void store_number(void *field, size_t width, uint64_t value) {
  if (width == sizeof(uint64_t)) {
    memcpy(field, &value, sizeof value);
  } else {
    unsigned narrow = (unsigned)value;
    memcpy(field, &narrow, sizeof narrow);
  }
}

static int set_number(void *field, const struct option_row *row, const char *value,
                      const struct option_origin *origin) {
  struct decimal number = {0};
  const char *rest = value;
  bool none = row->optional && strcmp(value, "none") == 0;
  if (!none) {
    bool fraction = row->kind != OPTION_COUNT;
    uint64_t factor = 0;
    if (read_decimal(&rest, &number)) factor = suffix_base(row) ? read_suffix(rest, suffix_base(row)) : *rest == '\0';
    if (factor == 0 || (!fraction && strchr(value, '.') != NULL))
      return option_refuse(row, origin, "\"%s\" is not %s", value, number_wish(row));
    double size = ((double)number.whole + number.thousandths / 1000.0) * (double)factor;
    if (size > row->most || (size < row->least && !(row->optional && size <= 0 && !number.dropped)))
      return refuse_range(row, value, origin);
    number.whole = number.whole * factor + number.thousandths * factor / 1000 * (factor > 1);
  }
  if (row->kind == OPTION_RATE || row->kind == OPTION_RATIO) {
    double rate = (double)number.whole + number.thousandths / 1000.0;
    memcpy(field, &rate, sizeof rate);
  } else if (row->kind == OPTION_SECONDS) {
    store_number(field, row->width, number.whole * 1000 + number.thousandths);
  } else {
    store_number(field, row->width, number.whole);
  }
  return 0;
}

/* ---- Values ---- */

/* The line itself is not shown: a password or token may stand in it. */
#define HEADER_WISH "the value has no name and colon; write \"Name: value\""

/* A bool, or an int or enum. */
static void store_int(void *field, size_t width, int value) {
  bool truth = value != 0;
  if (width == sizeof truth)
    memcpy(field, &truth, sizeof truth);
  else
    memcpy(field, &value, sizeof value);
}

static int set_choice(void *field, const struct option_row *row, const char *value,
                      const struct option_origin *origin) {
  struct text wish = {0};
  for (int i = 0; row->choices[i] != NULL; i++) {
    if (strcmp(row->choices[i], value) == 0) {
      store_int(field, row->width, i);
      text_clear(&wish);
      return 0;
    }
    text_printf(&wish, "%s%s", i == 0 ? "" : row->choices[i + 1] != NULL ? ", " : " or ", row->choices[i]);
  }
  option_refuse(row, origin, "\"%s\" is not %s", value, wish.data);
  text_clear(&wish);
  return -1;
}

static int set_flag(void *field, const struct option_row *row, const char *value, const struct option_origin *origin) {
  bool on = value == NULL || strcmp(value, "on") == 0;
  if (!on && strcmp(value, "off") != 0) return option_refuse(row, origin, "\"%s\" is not on or off", value);
  store_int(field, row->width, on ? row->value : 0);
  return 0;
}

static bool has_control(const char *value) {
  for (; *value != '\0'; value++)
    if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f) return true;
  return false;
}

/* What can never be the host of a URL would be kept without any effect. */
static int check_hosts(const struct option_row *row, const char *value, const struct option_origin *origin) {
  size_t length;
  const char *odd = proxies_odd_host(value, &length);
  if (odd == NULL) return 0;
  return option_refuse(row, origin,
                       "\"%.*s\" is not a host; they are like example.org, 192.0.2.1 or 10.0.0.0/8, without scheme, "
                       "port or *",
                       (int)length, odd);
}

static int check_text(const struct option_row *row, const char *value, const struct option_origin *origin) {
  if (row->rule == RULE_FILLED && *value == '\0') return option_refuse(row, origin, "the value is empty");
  if (row->rule == RULE_ANY) return 0;
  if (row->rule != RULE_FILLED && has_control(value))
    return option_refuse(row, origin, "the value contains a control character");
  if (row->rule == RULE_HEADER && (*value == ':' || strchr(value, ':') == NULL))
    return option_refuse(row, origin, HEADER_WISH);
  return row->rule == RULE_HOSTS ? check_hosts(row, value, origin) : 0;
}

/* The array is grown by one, and stays NULL-terminated. */
static void add_line(void *field, const char *value) {
  char **lines;
  size_t count = 0;
  memcpy(&lines, field, sizeof lines);
  while (lines != NULL && lines[count] != NULL)
    count++;
  lines = xrealloc(lines, (count + 2) * sizeof *lines);
  lines[count] = xstrdup(value);
  lines[count + 1] = NULL;
  memcpy(field, &lines, sizeof lines);
}

static void store_text(void *field, const char *value) {
  char *text;
  memcpy(&text, field, sizeof text);
  free(text);
  text = xstrdup(value);
  memcpy(field, &text, sizeof text);
}

int option_store(void *field, const struct option_row *row, const char *value, const struct option_origin *origin) {
  switch (row->kind) {
  case OPTION_FLAG: return set_flag(field, row, value, origin);
  case OPTION_CHOICE: return set_choice(field, row, value, origin);
  case OPTION_COUNT:
  case OPTION_BYTES:
  case OPTION_PIXELS:
  case OPTION_SECONDS:
  case OPTION_RATE:
  case OPTION_RATIO: return set_number(field, row, value, origin);
  case OPTION_TEXT:
    if (check_text(row, value, origin) < 0) return -1;
    store_text(field, value);
    return 0;
  case OPTION_LINES:
    if (check_text(row, value, origin) < 0) return -1;
    add_line(field, value);
    return 0;
  default: return 0;
  }
}

/* What only the engine can judge is judged at once where there is a line of a file to name. A proxy is left for later:
 * it may lack its scheme, and hold a password. */
static int check_in_file(const struct option_row *row, const char *value, const struct option_origin *origin) {
  bool judged = row->kind == OPTION_TEXT || row->kind == OPTION_LINES;
  struct settings one = {0};
  char cause[512];
  if (origin->file == NULL || !judged || row->is_proxy || !option_is_of_engine(row)) return 0;
  seine_options_init(&one.engine);
  const char *lines[] = {value, NULL};
  const void *field = row->kind == OPTION_TEXT ? (const void *)value : lines;
  memcpy((char *)&one + row->field, &field, sizeof field);
  if (option_check_engine(&one.engine, cause, sizeof cause) == 0) return 0;
  say("%s:%u: %s", origin->file, origin->line, cause);
  return -1;
}

int option_set(struct settings *settings, const struct option_row *row, const char *value,
               const struct option_origin *origin) {
  if (option_store((char *)settings + row->field, row, value, origin) < 0) return -1;
  return check_in_file(row, value, origin);
}

/* ---- Names ---- */

/* Shows one word of the name at most: a line without "=" may hold a secret, like "header Authorization: ...". */
static int refuse_name(const char *name, size_t length, const struct option_origin *origin, const char *why) {
  size_t word = strcspn(name, " \t:");
  bool cut = word > 0 && word < length;
  const char *more = cut ? " ..." : "", *form = cut ? "; write \"name = value\"" : "";
  if (cut) length = word;
  if (origin->file != NULL)
    say("%s:%u: \"%.*s%s\" %s%s", origin->file, origin->line, (int)length, name, more, why, form);
  else
    say("--%.*s%s %s; try \"seine --help\"", (int)length, name, more, why);
  return -1;
}

const struct option_row *option_find(const char *name, size_t length, const struct option_origin *origin) {
  const struct option_row *found = NULL;
  struct text candidates = {0};
  size_t count = 0;
  for (size_t i = 0; i < option_count; i++) {
    const struct option_row *row = &option_table[i];
    if (strncmp(row->name, name, length) != 0) continue;
    text_printf(&candidates, "%s%s%s", count > 0 ? ", " : "", origin->file == NULL ? "--" : "", row->name);
    found = row;
    count++;
    if (row->name[length] == '\0') {
      count = 1;
      break;
    }
  }
  /* In a file, which is written once and read for years, a name is to be whole. */
  if (origin->file != NULL && count == 1 && found->name[length] != '\0') count = 0;
  if (count == 0 || length == 0) {
    refuse_name(name, length, origin, "is not an option");
    found = NULL;
  } else if (count > 1) {
    char *why = xasprintf("could be %s", candidates.data);
    refuse_name(name, length, origin, why);
    free(why);
    found = NULL;
  }
  text_clear(&candidates);
  return found;
}
