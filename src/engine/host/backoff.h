/* When to retry, and whether: delays, and the set of statuses that are worth another attempt. Pure. */
#ifndef SEINE_ENGINE_BACKOFF_H
#define SEINE_ENGINE_BACKOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Full jitter: evenly spread over 0..min(max_ms, base_ms * 2^(attempt - 1)), both ends included. `attempt` is 1 after
 * the first failure (0 counts as 1); `random` is 64 random bits. */
uint64_t backoff_delay_ms(uint64_t base_ms, uint64_t max_ms, unsigned attempt, uint64_t random);

#define STATUS_MIN 100
#define STATUS_MAX 999 /* some servers use statuses above 599 */

/* A set of HTTP statuses. */
struct statuses {
  uint32_t bits[STATUS_MAX / 32 + 1]; /* by status */
};

/* Reads "403,408" (replaces SEINE_RETRY_ON) or "+403,-500" (changes it); NULL or "" is SEINE_RETRY_ON. 0, or
 * SEINE_EINVAL with a sentence in cause[0..size) (cause may be NULL). */
int statuses_parse(struct statuses *statuses, const char *text, char *cause, size_t size);
bool statuses_has(const struct statuses *statuses, int status);

#endif
