/* Decides whether a later run should fetch a URL again. */
#include <stdio.h>

#include "body/body_check.h"
#include "body/media_type.h"
#include "host/backoff.h"
#include "http/response_check.h"
#include "seine.h"

static bool is_retried(const seine_options_t *options, int status) {
  struct statuses statuses;
  return statuses_parse(&statuses, options->retry_on, NULL, 0) == 0 && statuses_has(&statuses, status);
}

static bool accepts_type(const seine_options_t *options, const seine_result_t *earlier) {
  if (earlier->type) return media_accepts(options->accept, earlier->type);
  return response_accepts_declared(options, earlier->declared_type);
}

static bool accepts_size(const seine_options_t *options, const seine_result_t *earlier) {
  char text[DECISION_TEXT_MAX];
  return response_check_size(options, earlier->size_bytes, "", text) == 0;
}

static bool accepts_sides(const seine_options_t *options, const seine_result_t *earlier) {
  char text[BODY_CHECK_TEXT_MAX];
  struct inspection seen = {.width = earlier->width, .height = earlier->height};
  snprintf(seen.type, sizeof seen.type, "%s", earlier->type ? earlier->type : "");
  return body_check_sides(options, &seen, text) == 0;
}

bool seine_should_refetch(const seine_options_t *options, const seine_result_t *earlier) {
  if (earlier->status <= SEINE_STATUS_DUPLICATE) return false;
  if (earlier->retryable) return true;
  switch (earlier->error) {
  case SEINE_EHTTP: return is_retried(options, earlier->http_status);
  case SEINE_ETYPE: return accepts_type(options, earlier);
  case SEINE_ESIZE: return accepts_size(options, earlier);
  case SEINE_EDIMENSIONS: return accepts_sides(options, earlier);
  case SEINE_ETRUNCATED: return options->allow_truncated && earlier->width && earlier->height;
  case SEINE_EOPTOUT: return !options->opt_out || !*options->opt_out;
  case SEINE_EROBOTS: return !options->robots;
  case SEINE_EDENIED: return !options->deny_private;
  case SEINE_ETLS: return options->insecure;
  default: return false;
  }
}
