/* Retry-After as servers write it. Pure. */
#ifndef SEINE_ENGINE_RETRY_AFTER_H
#define SEINE_ENGINE_RETRY_AFTER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a Retry-After value: seconds or a date (RFC 9110 10.2.3), and also decimals, units ("2 s", "1m30s"), seconds
 * since 1970, quotes, parameters behind a semicolon, and lists, of which the longest delay counts. A delay is rounded
 * up to whole seconds; a date that has passed gives 0, huge numbers saturate at UINT64_MAX. False, and *delay_ms
 * unchanged, for anything else. */
bool retry_after_read(const char *value, int64_t now_unix_s, uint64_t *delay_ms);

#endif
