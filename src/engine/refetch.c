/* Decides whether a later run should fetch a URL again. */
#include "backoff.h"
#include "seine.h"

static bool is_retried(const seine_options_t *options, int status) {
  struct statuses statuses;
  return statuses_parse(&statuses, options->retry_on, NULL, 0) == 0 && statuses_has(&statuses, status);
}

bool seine_should_refetch(const seine_options_t *options, const seine_result_t *earlier) {
  if (earlier->status <= SEINE_STATUS_DUPLICATE) return false;
  return earlier->retryable || (earlier->error == SEINE_EHTTP && is_retried(options, earlier->http_status));
}
