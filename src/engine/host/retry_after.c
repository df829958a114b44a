/* Reads Retry-After: a list of delays and dates. */
#include "host/retry_after.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "http/http_date.h"

#define BLANKS          " \t\r\"'"
#define SEPARATORS      ",\n" /* a line feed lies between the values of two headers */
#define FRACTION_DIGITS 9 /* of a unit, that are counted one by one */

/* Numbers in these ranges, without a unit, are times since 1970: as delays they would be 31 years and more. */
#define EPOCH_S_MIN  UINT64_C(1000000000)
#define EPOCH_S_MAX  UINT64_C(99999999999)
#define EPOCH_MS_MIN UINT64_C(1000000000000)
#define EPOCH_MS_MAX UINT64_C(99999999999999)

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static uint64_t add(uint64_t a, uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b) {
  return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* A decimal number. */
struct amount {
  uint64_t whole;
  uint64_t fraction, scale; /* fraction / scale, rounded up */
  bool is_whole; /* written without a point */
};

static bool parse_amount(const char **text, struct amount *amount) {
  const char *at = *text;
  *amount = (struct amount){.scale = 1, .is_whole = true};
  for (; is_digit(*at); at++)
    amount->whole = add(multiply(amount->whole, 10), (uint64_t)(*at - '0'));
  if (*at == '.' && is_digit(at[1])) {
    bool rounds = false;
    amount->is_whole = false;
    for (int i = 0; is_digit(*++at); i++) {
      if (i >= FRACTION_DIGITS) {
        rounds |= *at != '0';
        continue;
      }
      amount->fraction = amount->fraction * 10 + (uint64_t)(*at - '0');
      amount->scale *= 10;
    }
    amount->fraction += rounds;
  }
  if (at == *text) return false;
  *text = at;
  return true;
}

/* The unit that the text begins with, in milliseconds; 0: none. A point behind it belongs to it. */
static uint64_t parse_unit(const char **text) {
  static const struct {
    const char *names; /* each with a blank behind it */
    uint64_t ms;
  } units[] = {
      {"ms msec msecs millis millisecond milliseconds ", 1},
      {"s sec secs second seconds ", 1000},
      {"m min mins minute minutes ", 60 * 1000},
      {"h hr hrs hour hours ", 60 * 60 * 1000},
      {"d day days ", 24 * 60 * 60 * 1000},
  };
  size_t length = strspn(*text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  for (size_t i = 0; length && i < sizeof units / sizeof *units; i++)
    for (const char *name = units[i].names; *name; name += strcspn(name, " ") + 1)
      if (strcspn(name, " ") == length && strncasecmp(name, *text, length) == 0) {
        *text += length;
        *text += **text == '.';
        return units[i].ms;
      }
  return 0;
}

static uint64_t until_epoch(uint64_t whole, int64_t now_unix_s) {
  uint64_t then_s = whole >= EPOCH_MS_MIN ? whole / 1000 : whole, now_s = now_unix_s > 0 ? (uint64_t)now_unix_s : 0;
  return then_s > now_s ? (then_s - now_s) * 1000 : 0;
}

static bool is_epoch(uint64_t whole) {
  return (whole >= EPOCH_S_MIN && whole <= EPOCH_S_MAX) || (whole >= EPOCH_MS_MIN && whole <= EPOCH_MS_MAX);
}

/* "120", "1.5", "2 seconds", "1m30s"; a number without a unit stands alone. */
static bool parse_delay(const char **text, int64_t now_unix_s, uint64_t *delay_ms) {
  struct amount amount;
  uint64_t total_ms = 0;
  bool more = parse_amount(text, &amount);
  if (!more) return false;
  for (bool first = true; more; first = false) {
    *text += strspn(*text, BLANKS);
    uint64_t unit_ms = parse_unit(text);
    if (!unit_ms && first && amount.is_whole && is_epoch(amount.whole)) {
      *delay_ms = until_epoch(amount.whole, now_unix_s);
      return true;
    }
    if (!unit_ms && !first) return false;
    bool alone = !unit_ms;
    if (alone) unit_ms = 1000;
    total_ms = add(total_ms, multiply(amount.whole, unit_ms));
    total_ms = add(total_ms, (amount.fraction * unit_ms + amount.scale - 1) / amount.scale);
    *text += strspn(*text, BLANKS);
    more = !alone && parse_amount(text, &amount);
  }
  *delay_ms = total_ms % 1000 ? add(total_ms, 1000 - total_ms % 1000) : total_ms;
  return true;
}

static bool parse_date(const char **text, int64_t now_unix_s, uint64_t *delay_ms) {
  int64_t date;
  if (!http_date_parse(text, now_unix_s, &date)) return false;
  *delay_ms = date > now_unix_s ? ((uint64_t)date - (uint64_t)now_unix_s) * 1000 : 0;
  return true;
}

/* One item of the list, up to what separates it from the next. */
static bool parse_item(const char **text, int64_t now_unix_s, uint64_t *delay_ms) {
  const char *from = *text += strspn(*text, BLANKS);
  bool read = parse_date(text, now_unix_s, delay_ms);
  if (!read) {
    *text = from;
    read = parse_delay(text, now_unix_s, delay_ms);
  }
  if (read) *text += strspn(*text, BLANKS);
  return read && (**text == '\0' || strchr(SEPARATORS ";", **text));
}

bool retry_after_read(const char *value, int64_t now_unix_s, uint64_t *delay_ms) {
  uint64_t longest_ms = 0, item_ms;
  bool read = false;
  while (value && *value) {
    if (parse_item(&value, now_unix_s, &item_ms)) {
      if (item_ms > longest_ms) longest_ms = item_ms;
      read = true;
    }
    value += strcspn(value, SEPARATORS);
    value += *value != '\0';
  }
  if (read) *delay_ms = longest_ms;
  return read;
}
