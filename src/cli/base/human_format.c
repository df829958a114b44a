/* Counts, bytes, rates and times as short text. */
#include "base/human_format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *format_count(uint64_t count, char *out) {
  char digits[24];
  size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count), used = 0;
  for (size_t i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) out[used++] = ',';
    out[used++] = digits[i];
  }
  out[used] = '\0';
  return out;
}

char *format_bytes(double bytes, char *out) {
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  size_t unit = 0;
  /* 999.95 would be shown as 1000.0. */
  while (bytes >= (unit ? 999.95 : 999.5) && unit + 1 < sizeof units / sizeof *units) {
    bytes /= 1000;
    unit++;
  }
  snprintf(out, AMOUNT_ROOM, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
  return out;
}

char *format_rate(double rate, char *out) {
  if (rate >= 99.5) return format_count((uint64_t)(rate + 0.5), out);
  if (rate >= 9.95)
    snprintf(out, AMOUNT_ROOM, "%.0f", rate);
  else
    snprintf(out, AMOUNT_ROOM, rate > 0 && rate < 0.95 ? "%.2f" : "%.1f", rate);
  return out;
}

char *format_seconds(uint64_t seconds, char *out) {
  unsigned s = (unsigned)(seconds % 60), m = (unsigned)(seconds / 60 % 60), h = (unsigned)(seconds / 3600 % 24);
  uint64_t days = seconds / 86400;
  if (days)
    snprintf(out, AMOUNT_ROOM, "%" PRIu64 "d %02u:%02u", days, h, m);
  else if (h)
    snprintf(out, AMOUNT_ROOM, "%u:%02u:%02u", h, m, s);
  else
    snprintf(out, AMOUNT_ROOM, "%u:%02u", m, s);
  return out;
}

char *format_wait(uint64_t ms, char *out) {
  if (ms < 1000)
    snprintf(out, AMOUNT_ROOM, "%" PRIu64 " ms", ms);
  else if (ms < 9950)
    snprintf(out, AMOUNT_ROOM, "%.1f s", (double)ms / 1e3);
  else if (ms < 119500)
    snprintf(out, AMOUNT_ROOM, "%.0f s", (double)ms / 1e3);
  else if (ms < UINT64_C(119) * 60000 + 30000)
    snprintf(out, AMOUNT_ROOM, "%.0f min", (double)ms / 60e3);
  else
    snprintf(out, AMOUNT_ROOM, "%.1f h", (double)ms / 3600e3);
  return out;
}
