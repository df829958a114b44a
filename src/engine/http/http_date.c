/* Reads dates token by token: a word, a number or an offset is taken for what is still missing. */
#include "http/http_date.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BLANKS      " \t\r\n"
#define NAME_MIN    3 /* letters of a day's or month's name */
#define WORD_MAX    9 /* letters of the longest, "Wednesday" and "September" */
#define YEAR_DIGITS 4

struct date {
  struct tm tm; /* tm_year is the whole year */
  int offset_s; /* of its zone, east of Greenwich */
  bool has_weekday, has_day, has_month, has_year, has_time, has_zone, has_offset;
  bool short_year; /* two digits */
};

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t count_digits(const char *text) {
  size_t count = 0;
  while (is_digit(text[count]))
    count++;
  return count;
}

static int number(const char *digits, size_t count) {
  int value = 0;
  for (size_t i = 0; i < count; i++)
    value = value * 10 + (digits[i] - '0');
  return value;
}

static bool is_complete(const struct date *date) {
  return date->has_day && date->has_month && date->has_year && date->has_time;
}

/* ---- Words ---- */

/* The number of the name that begins with the word; -1: none does. */
static int find_name(const char *word, size_t length, const char *const *names, int count) {
  for (int i = 0; i < count && length >= NAME_MIN; i++)
    if (length <= strlen(names[i]) && strncasecmp(names[i], word, length) == 0) return i;
  return -1;
}

static bool parse_zone(struct date *date, const char *word, size_t length) {
  static const struct {
    const char *name;
    int hours;
  } zones[] = {{"GMT", 0},  {"UTC", 0},  {"UT", 0},   {"Z", 0},    {"EST", -5}, {"EDT", -4}, {"CST", -6},
               {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"CET", 1},  {"CEST", 2}};
  if (!date->has_time || date->has_zone || date->has_offset) return false;
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    if (length != strlen(zones[i].name) || strncasecmp(zones[i].name, word, length) != 0) continue;
    date->offset_s = zones[i].hours * 3600;
    date->has_zone = true;
    return true;
  }
  return false;
}

static bool parse_word(struct date *date, const char **text) {
  static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
  const char *word = *text;
  size_t length = 0;
  while (length <= WORD_MAX && is_letter(word[length]))
    length++;
  *text += length;
  if ((*word == 'T' || *word == 't') && length == 1) return date->has_day && !date->has_time && is_digit(word[1]);
  if (parse_zone(date, word, length)) return true;
  int month = find_name(word, length, months, 12);
  if (month >= 0 && !date->has_month) {
    date->tm.tm_mon = month;
    return date->has_month = true;
  }
  if (find_name(word, length, days, 7) < 0 || date->has_weekday) return false;
  return date->has_weekday = true;
}

/* ---- Numbers ---- */

static bool parse_two(const char **text, int *value) {
  if (count_digits(*text) != 2) return false;
  *value = number(*text, 2);
  *text += 2;
  return true;
}

/* "08:00", "8:00:30", "08:00:30.250"; the hour's digits are counted. */
static bool parse_time(struct date *date, const char **text, size_t digits) {
  date->tm.tm_hour = number(*text, digits);
  *text += digits + 1;
  if (!parse_two(text, &date->tm.tm_min)) return false;
  if (**text != ':') return true;
  ++*text;
  if (!parse_two(text, &date->tm.tm_sec)) return false;
  if (**text != '.') return true;
  size_t fraction = count_digits(++*text);
  date->tm.tm_sec += strspn(*text, "0") < fraction && date->tm.tm_sec < 60;
  *text += fraction;
  return fraction > 0;
}

/* "2026-03-02", and "2026/03/02"; the year's digits are counted. */
static bool parse_iso_date(struct date *date, const char **text) {
  char mark = (*text)[YEAR_DIGITS];
  int month;
  if (date->has_day || date->has_month || date->has_year) return false;
  date->tm.tm_year = number(*text, YEAR_DIGITS);
  *text += YEAR_DIGITS + 1;
  if (!parse_two(text, &month) || month < 1 || month > 12 || *(*text)++ != mark) return false;
  date->tm.tm_mon = month - 1;
  return date->has_day = date->has_month = date->has_year = parse_two(text, &date->tm.tm_mday);
}

static bool parse_number(struct date *date, const char **text) {
  size_t digits = count_digits(*text);
  char next = (*text)[digits];
  if (digits <= 2 && next == ':') return !date->has_time && (date->has_time = parse_time(date, text, digits));
  if (digits == YEAR_DIGITS && (next == '-' || next == '/') && is_digit((*text)[digits + 1]) && !date->has_time)
    return parse_iso_date(date, text);
  int value = digits <= YEAR_DIGITS ? number(*text, digits) : 0;
  *text += digits;
  if (digits <= 2 && !date->has_day) {
    date->tm.tm_mday = value;
    return date->has_day = true;
  }
  if ((digits != YEAR_DIGITS && digits != 2) || date->has_year || !date->has_day || !date->has_month) return false;
  date->tm.tm_year = value;
  date->short_year = digits == 2;
  return date->has_year = true;
}

/* "+0100", "-05:00", "+1"; also behind the name of a zone, as in "GMT+1". */
static bool parse_offset(struct date *date, const char **text) {
  int sign = **text == '-' ? -1 : 1;
  size_t digits = count_digits(++*text);
  if (digits == 0 || digits == 3 || digits > 4 || date->has_offset) return false;
  int hours = number(*text, digits > 2 ? 2 : digits), minutes = digits == 4 ? number(*text + 2, 2) : 0;
  *text += digits;
  if (digits <= 2 && **text == ':') {
    ++*text;
    if (!parse_two(text, &minutes)) return false;
  }
  if (hours > 14 || minutes > 59) return false;
  date->offset_s += sign * (hours * 3600 + minutes * 60);
  return date->has_offset = true;
}

/* ---- Dates ---- */

static bool parse_token(struct date *date, const char **text) {
  if (is_letter(**text)) return parse_word(date, text);
  if (is_digit(**text)) return parse_number(date, text);
  return (**text == '+' || **text == '-') && date->has_time && parse_offset(date, text);
}

/* Behind a whole date a comma begins something else. */
static size_t count_separators(const struct date *date, const char *text) {
  if (is_complete(date)) return strspn(text, BLANKS);
  return strspn(text, date->has_time || date->has_year ? BLANKS "," : BLANKS ",-");
}

static int days_in(int month, int year) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month] + (month == 1 && leap);
}

static int64_t seconds(struct tm tm) {
  tm.tm_year -= 1900;
  return (int64_t)timegm(&tm);
}

/* Two digits that would be more than 50 years ahead mean the century before. */
static bool complete_year(struct date *date, int64_t now_unix_s) {
  time_t now = (time_t)now_unix_s;
  struct tm today;
  if (!gmtime_r(&now, &today)) return false;
  today.tm_year += 1900;
  date->tm.tm_year += today.tm_year - today.tm_year % 100;
  today.tm_year += 50;
  if (seconds(date->tm) > seconds(today)) date->tm.tm_year -= 100;
  return true;
}

bool http_date_parse(const char **text, int64_t now_unix_s, int64_t *unix_s) {
  struct date date = {0};
  const char *at = *text, *end = *text;
  for (at += strspn(at, BLANKS); parse_token(&date, &at); at += count_separators(&date, at))
    end = at;
  if (!is_complete(&date) || (date.short_year && !complete_year(&date, now_unix_s))) return false;
  const struct tm *tm = &date.tm;
  /* A leap second is the next minute's first; the name of the day adds nothing, and servers get it wrong. */
  if (tm->tm_mday < 1 || tm->tm_mday > days_in(tm->tm_mon, tm->tm_year) || tm->tm_hour > 23 || tm->tm_min > 59 ||
      tm->tm_sec > 60)
    return false;
  *unix_s = seconds(*tm) - date.offset_s;
  *text = end;
  return true;
}

bool http_date_read(const char *text, int64_t now_unix_s, int64_t *unix_s) {
  int64_t found;
  if (!http_date_parse(&text, now_unix_s, &found) || text[strspn(text, BLANKS)]) return false;
  *unix_s = found;
  return true;
}
