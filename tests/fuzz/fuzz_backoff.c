/* Retry-After values with their dates, and lists of statuses. The input is the text.
 * Sources: src/engine/backoff.c src/engine/http_date.c */
#include "backoff.h"
#include "fuzz.h"

#define NOW INT64_C(1763712000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size), cause[40];
  uint64_t delay_ms = 4711, earlier_ms = 0;
  struct statuses statuses;
  if (!backoff_retry_after_ms(text, NOW, &delay_ms)) {
    MUST(delay_ms == 4711);
  } else {
    /* Seconds are the same at any time, and a date is not nearer for being looked at from earlier; but a year of two
     * digits (21-Nov-75) changes its century while one looks. */
    MUST(backoff_retry_after_ms(text, NOW - 60, &earlier_ms) || strchr(text, '-'));
    MUST(earlier_ms >= delay_ms || strchr(text, '-'));
  }
  if (statuses_parse(&statuses, text, cause, sizeof cause) == 0)
    MUST(!statuses_has(&statuses, 99) && !statuses_has(&statuses, 1000));
  else
    MUST(strlen(cause) < sizeof cause);
  free(text);
  return 0;
}
