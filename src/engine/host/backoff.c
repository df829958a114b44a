/* When to retry, and whether: delays, and the statuses that are worth another attempt. */
#include "host/backoff.h"

#include <stdio.h>
#include <string.h>

#include "seine.h"

uint64_t backoff_delay_ms(uint64_t base_ms, uint64_t max_ms, unsigned attempt, uint64_t random) {
  unsigned doublings = attempt ? attempt - 1 : 0;
  uint64_t bound = 0;
  if (base_ms) bound = doublings > 63 || base_ms > max_ms >> doublings ? max_ms : base_ms << doublings;
  return bound == UINT64_MAX ? random : random % (bound + 1);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void statuses_set(struct statuses *statuses, int status, bool on) {
  uint32_t bit = UINT32_C(1) << status % 32;
  if (on)
    statuses->bits[status / 32] |= bit;
  else
    statuses->bits[status / 32] &= ~bit;
}

bool statuses_has(const struct statuses *statuses, int status) {
  if (status < STATUS_MIN || status > STATUS_MAX) return false;
  return statuses->bits[status / 32] >> status % 32 & 1;
}

static int refuse(char *cause, size_t size, const char *text, const char *why) {
  if (cause && size) snprintf(cause, size, "retry_on: \"%s\" is no list of statuses: %s", text, why);
  return SEINE_EINVAL;
}

int statuses_parse(struct statuses *statuses, const char *text, char *cause, size_t size) {
  const char *at = text ? text + strspn(text, " \t") : "";
  if (!*at) at = SEINE_RETRY_ON;
  bool changes = *at == '+' || *at == '-';
  if (changes)
    statuses_parse(statuses, SEINE_RETRY_ON, NULL, 0);
  else
    memset(statuses, 0, sizeof(*statuses));
  for (;;) {
    at += strspn(at, " \t");
    char sign = *at;
    if (changes != (sign == '+' || sign == '-'))
      return refuse(cause, size, text, "either every status has a + or - before it, or none has");
    if (changes) at++;
    if (!is_digit(at[0]) || !is_digit(at[1]) || !is_digit(at[2]) || is_digit(at[3]))
      return refuse(cause, size, text, "a status is three digits");
    int status = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
    if (status < STATUS_MIN) return refuse(cause, size, text, "a status is 100 to 999");
    statuses_set(statuses, status, sign != '-');
    at += 3;
    at += strspn(at, " \t");
    if (!*at) return 0;
    if (*at++ != ',') return refuse(cause, size, text, "a comma belongs between two statuses");
  }
}
