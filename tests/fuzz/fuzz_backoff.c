/* Retry-After values with their dates, and lists of statuses. The input is the text. */
#include "fuzz.h"
#include "host/backoff.h"
#include "host/retry_after.h"
#include "http/http_date.h"

#define NOW INT64_C(1763712000)

/* A year of two digits changes its century while one looks, and is then this far ahead at the least. */
#define CENTURY_MS (UINT64_C(49) * 365 * 86400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size), cause[40];
  uint64_t delay_ms = 4711, earlier_ms = 0;
  struct statuses statuses;
  int64_t date;
  if (!retry_after_read(text, NOW, &delay_ms)) {
    MUST(delay_ms == 4711);
    MUST(!http_date_read(text, NOW, &date));
  } else {
    /* Seconds are the same at any time, and a date is not nearer for being looked at from earlier. */
    MUST(delay_ms % 1000 == 0 || delay_ms == UINT64_MAX);
    MUST(retry_after_read(text, NOW - 60, &earlier_ms));
    MUST(earlier_ms >= delay_ms || delay_ms > CENTURY_MS);
  }
  if (statuses_parse(&statuses, text, cause, sizeof cause) == 0)
    MUST(!statuses_has(&statuses, 99) && !statuses_has(&statuses, 1000));
  else
    MUST(strlen(cause) < sizeof cause);
  free(text);
  return 0;
}
