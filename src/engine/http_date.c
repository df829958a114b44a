/* Reads dates in the three forms that RFC 9110 5.6.7 has a recipient accept. */
#include "http_date.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

/* w, W: a day's name, short and whole; d: the day's one or two digits, a blank before them tolerated; m: a month's
 * name; Y, y: a year of four and of two digits; h, i, s: two digits each. All else stands for itself. */
static const char *const forms[] = {"w, d m Y h:i:s GMT", "W, d-m-y h:i:s GMT", "w m d h:i:s Y"};

struct date {
  struct tm tm; /* tm_year is the whole year */
  bool short_year;
};

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Which of `names` the text begins with, and what follows it. */
static bool take_name(const char **text, const char *const *names, size_t count, size_t letters, int *which) {
  for (size_t i = 0; i < count; i++) {
    size_t length = letters ? letters : strlen(names[i]);
    if (strncmp(*text, names[i], length) != 0) continue;
    *text += length;
    *which = (int)i;
    return true;
  }
  return false;
}

static bool take_number(const char **text, int least, int most, int *number) {
  int digits = 0;
  for (*number = 0; digits < most && is_digit(**text); digits++)
    *number = *number * 10 + (*(*text)++ - '0');
  return digits >= least;
}

static bool take(const char **text, char what, struct date *date) {
  static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  switch (what) {
  case 'w':
    return take_name(text, days, 7, 3, &date->tm.tm_wday);
  case 'W':
    return take_name(text, days, 7, 0, &date->tm.tm_wday);
  case 'm':
    return take_name(text, months, 12, 3, &date->tm.tm_mon);
  case 'd':
    *text += **text == ' ';
    return take_number(text, 1, 2, &date->tm.tm_mday);
  case 'Y':
    return take_number(text, 4, 4, &date->tm.tm_year);
  case 'y':
    date->short_year = true;
    return take_number(text, 2, 2, &date->tm.tm_year);
  case 'h':
    return take_number(text, 2, 2, &date->tm.tm_hour);
  case 'i':
    return take_number(text, 2, 2, &date->tm.tm_min);
  case 's':
    return take_number(text, 2, 2, &date->tm.tm_sec);
  default:
    return *(*text)++ == what;
  }
}

static bool fits(const char *text, const char *form, struct date *date) {
  *date = (struct date){0};
  for (; *form; form++)
    if (!*text || !take(&text, *form, date)) return false;
  return text[strspn(text, " \t\r\n")] == '\0';
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

bool http_date_read(const char *text, int64_t now_unix_s, int64_t *unix_s) {
  struct date date;
  size_t form = 0, count = sizeof forms / sizeof forms[0];
  while (form < count && !fits(text, forms[form], &date))
    form++;
  if (form == count || (date.short_year && !complete_year(&date, now_unix_s))) return false;
  const struct tm *tm = &date.tm;
  /* A leap second is the next minute's first; the name of the day adds nothing, and servers get it wrong. */
  if (tm->tm_mday < 1 || tm->tm_mday > days_in(tm->tm_mon, tm->tm_year) || tm->tm_hour > 23 || tm->tm_min > 59 ||
      tm->tm_sec > 60)
    return false;
  *unix_s = seconds(*tm);
  return true;
}
