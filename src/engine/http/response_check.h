/* Decides by a response's headers, and by a body's type and size, whether it is accepted. Pure. */
#ifndef SEINE_ENGINE_RESPONSE_CHECK_H
#define SEINE_ENGINE_RESPONSE_CHECK_H

#include "http/range.h"
#include "http/response.h"
#include "seine.h"

enum response_action {
  ACTION_RECEIVE, /* the body is wanted */
  ACTION_CONTINUE, /* the response continues the interrupted body, as requested */
  ACTION_RESTART, /* the response does not continue it: request the body from its start */
  ACTION_REDIRECT, /* response->location is where to go on */
  ACTION_FAIL, /* an error status: error is SEINE_EHTTP */
  ACTION_BROKEN, /* contradictory or incomplete: error is SEINE_EPROTOCOL or ETRUNCATED */
  ACTION_REJECT /* not wanted: error is SEINE_ETYPE, ESIZE or EOPTOUT */
};

#define DECISION_TEXT_MAX 192

struct response_decision {
  enum response_action action;
  int error;
  bool retryable; /* ACTION_REJECT: another response at another time may be accepted */
  uint64_t whole_bytes; /* ACTION_CONTINUE, and SEINE_ESIZE: the size that the whole body will have, as far as known */
  char text[DECISION_TEXT_MAX]; /* for people; "" if there is nothing to add. Remote bytes in it are as sent */
};

/* range: the rest that was asked for; without a validator, everything was. */
void response_check_headers(const seine_options_t *options, const struct range *range, const struct response *response,
                            struct response_decision *decision);

/* 0, or SEINE_ESIZE with a sentence, that begins with `what`, in text[0..DECISION_TEXT_MAX). */
int response_check_size(const seine_options_t *options, uint64_t size_bytes, const char *what, char *text);

/* Whether a declared type (a Content-Type value, or NULL) leaves it to the bytes whether they are accepted. */
bool response_accepts_declared(const seine_options_t *options, const char *content_type);

/* Whether a rejection may pass: there is no body, the status says so (202, 204), or a page came in place of a file.
 * type: an essence. */
bool rejection_is_retryable(int error, int http_status, const char *type, uint64_t size_bytes);

/* The same question for a whole body: 0, SEINE_ETYPE or SEINE_ESIZE, with a sentence in text[0..DECISION_TEXT_MAX). */
int response_check_body(const seine_options_t *options, const char *type, uint64_t size_bytes, char *text);

/* Finds in X-Robots-Tag values (one a line, each of items with commas between: "directive", "directive: value" or
 * "agent: directive") one of the directives in `opt_out` that applies to all agents or to ours, and copies it. */
bool response_opted_out(const char *opt_out, const char *robots, char *directive, size_t size);

#endif
