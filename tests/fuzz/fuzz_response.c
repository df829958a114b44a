/* A response's header lines, and the verdict on them. The input is the lines. */
#include "fuzz.h"
#include "http/response.h"
#include "http/response_check.h"

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void check_value(const char *value, bool joins) {
  if (!value) return;
  size_t length = strlen(value);
  MUST(length == 0 || (joins || (!is_blank(value[0]) && !is_blank(value[length - 1]))));
  MUST(joins || !strchr(value, '\n'));
}

static void check(const struct response *response, size_t fed) {
  MUST(response->header_bytes == fed);
  check_value(response->content_type, false);
  check_value(response->location, false);
  check_value(response->etag, false);
  check_value(response->last_modified, false);
  check_value(response->disposition, false);
  check_value(response->retry_after, false);
  check_value(response->robots, true);
  MUST(!response->is_chunked || !response->has_length);
}

static void judge(const struct range *range, const struct response *response) {
  const seine_options_t options = {
      .accept = "image/*", .min_size_bytes = 1, .max_size_bytes = 1000, .opt_out = "noai,noimageai"};
  struct response_decision decision;
  response_check_headers(&options, range, response, &decision);
  MUST(strlen(decision.text) < DECISION_TEXT_MAX);
  uint64_t total_bytes = 0;
  MUST(decision.action != ACTION_CONTINUE || (range_fits(range, response, &total_bytes) && total_bytes <= 1000));
  MUST(decision.action != ACTION_CONTINUE || (range->validator && range->from_bytes < total_bytes));
  MUST(decision.action != ACTION_RECEIVE || (response->status >= 200 && response->status < 300));
  MUST(decision.action != ACTION_RECEIVE || !response->has_length || response->length <= 1000);
  MUST((decision.action == ACTION_REJECT) ==
       (decision.error == SEINE_ETYPE || decision.error == SEINE_ESIZE || decision.error == SEINE_EOPTOUT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct response response = {0};
  size_t fed = 0;
  enum response_line word = RESPONSE_MORE;
  while (size > 0 && word == RESPONSE_MORE) {
    const uint8_t *feed = memchr(data, '\n', size);
    size_t length = feed ? (size_t)(feed - data) + 1 : size;
    char *line = fuzz_text(data, length); /* libcurl ends lines with NUL, too, and refuses those that hold one */
    for (char *nul; (nul = memchr(line, '\0', length));)
      *nul = 'x';
    word = response_line(&response, line, length);
    free(line);
    fed += length;
    data += length;
    size -= length;
    MUST(word == RESPONSE_FAULT || fed <= RESPONSE_HEADERS_MAX);
    MUST((word == RESPONSE_FAULT) == (response.fault != NULL));
    MUST(word != RESPONSE_END || response.status >= 200);
    check(&response, fed);
  }
  if (word == RESPONSE_END) {
    judge(&(struct range){0}, &response);
    judge(&(struct range){.from_bytes = 100, .total_bytes = 500, .validator = "\"a\""}, &response);
  }
  response_clear(&response);
  return 0;
}
