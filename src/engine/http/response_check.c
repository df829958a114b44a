/* Decides whether responses and bodies are accepted. */
#include "http/response_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "body/media_type.h"

#define AGENT "seine" /* our product token in X-Robots-Tag */

struct span {
  const char *text;
  size_t size;
};

static struct span trimmed(const char *text, size_t size) {
  while (size && (*text == ' ' || *text == '\t')) {
    text++;
    size--;
  }
  while (size && (text[size - 1] == ' ' || text[size - 1] == '\t'))
    size--;
  return (struct span){text, size};
}

/* The next item of a list with commas, or line feeds, between; false at its end. */
static bool next_item(const char **list, struct span *item) {
  *list += strspn(*list, ",\n");
  if (!**list) return false;
  size_t size = strcspn(*list, ",\n");
  *item = trimmed(*list, size);
  *list += size;
  return true;
}

static bool same(struct span span, const char *text) {
  return strlen(text) == span.size && strncasecmp(span.text, text, span.size) == 0;
}

static bool listed(const char *list, struct span wanted) {
  struct span item;
  while (next_item(&list, &item))
    if (item.size == wanted.size && strncasecmp(item.text, wanted.text, item.size) == 0) return true;
  return false;
}

/* These directives carry a value behind a colon, and dates, which have blanks in them, have some of their own; any
 * other colon ends an agent's name. */
static bool takes_value(struct span name) {
  return memchr(name.text, ' ', name.size) || same(name, "unavailable_after") || same(name, "max-snippet") ||
         same(name, "max-image-preview") || same(name, "max-video-preview");
}

bool response_opted_out(const char *opt_out, const char *robots, char *directive, size_t size) {
  struct span item;
  bool ours = true; /* an agent's name holds for the items after it, up to the next name, or the end of its line */
  if (!opt_out || !robots) return false;
  for (const char *line = robots; next_item(&robots, &item);) {
    const char *feed = memchr(line, '\n', (size_t)(item.text - line));
    if (feed) {
      ours = true;
      line = item.text;
    }
    const char *colon = memchr(item.text, ':', item.size);
    if (colon) {
      struct span name = trimmed(item.text, (size_t)(colon - item.text));
      if (takes_value(name)) continue;
      ours = same(name, AGENT) || same(name, "*");
      item = trimmed(colon + 1, item.size - (size_t)(colon + 1 - item.text));
    }
    if (!ours || !listed(opt_out, item)) continue;
    snprintf(directive, size, "%.*s", (int)item.size, item.text);
    return true;
  }
  return false;
}

static bool is_redirect(const struct response *response) {
  int status = response->status;
  return response->location && (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

/* 205 has no body by definition. */
static bool is_success(int status) {
  return status >= 200 && status < 300 && status != 205;
}

/* Some servers answer everybody by 206. */
static bool is_part(const struct range *range, const struct response *response) {
  return response->status == 206 && !range->is_own && range_holds(response->content_range) == RANGE_PART;
}

int response_check_size(const seine_options_t *options, uint64_t size_bytes, const char *what, char *text) {
  if (options->max_size_bytes && size_bytes > options->max_size_bytes) {
    snprintf(text, DECISION_TEXT_MAX, "%s %" PRIu64 " bytes, more than the %" PRIu64 " accepted", what, size_bytes,
             options->max_size_bytes);
    return SEINE_ESIZE;
  }
  if (size_bytes < options->min_size_bytes) {
    snprintf(text, DECISION_TEXT_MAX, "%s %" PRIu64 " bytes, less than the %" PRIu64 " accepted", what, size_bytes,
             options->min_size_bytes);
    return SEINE_ESIZE;
  }
  return 0;
}

bool response_accepts_declared(const seine_options_t *options, const char *content_type) {
  char declared[MEDIA_TYPE_MAX];
  media_essence(content_type, declared, sizeof declared);
  return options->trust_bytes || !media_is_reliable(declared) || media_accepts(options->accept, declared);
}

bool rejection_is_retryable(int error, int http_status, const char *type, uint64_t size_bytes) {
  if (error != SEINE_ETYPE && error != SEINE_ESIZE) return false;
  return !size_bytes || http_status == 202 || http_status == 204 || (error == SEINE_ETYPE && media_is_page(type));
}

/* whole: the size of the body as far as the headers tell it. */
static int check_wanted(const seine_options_t *options, const struct response *response, const uint64_t *whole,
                        char *text) {
  char declared[MEDIA_TYPE_MAX], directive[64];
  if (response_opted_out(options->opt_out, response->robots, directive, sizeof directive)) {
    snprintf(text, DECISION_TEXT_MAX, "X-Robots-Tag: %s", directive);
    return SEINE_EOPTOUT;
  }
  if (!response_accepts_declared(options, response->content_type)) {
    media_essence(response->content_type, declared, sizeof declared);
    snprintf(text, DECISION_TEXT_MAX, "declared as %s", declared);
    return SEINE_ETYPE;
  }
  if (whole)
    return response_check_size(options, *whole,
                               whole == &response->length ? "Content-Length says" : "Content-Range says", text);
  return 0;
}

/* The rest of a body, or an answer that has nothing to do with what was begun. */
static void check_rest(const seine_options_t *options, const struct range *range, const struct response *response,
                       struct response_decision *decision) {
  decision->action = ACTION_RESTART;
  if (response->encoding || !range_fits(range, response, &decision->whole_bytes)) return;
  decision->error = check_wanted(options, response, &decision->whole_bytes, decision->text);
  decision->action = decision->error ? ACTION_REJECT : ACTION_CONTINUE;
}

void response_check_headers(const seine_options_t *options, const struct range *range, const struct response *response,
                            struct response_decision *decision) {
  const uint64_t *length = response_tells_size(response) ? &response->length : NULL;
  *decision = (struct response_decision){.action = ACTION_RECEIVE};
  if (range->validator && (response->status == 206 || response->status == 416)) {
    check_rest(options, range, response, decision);
  } else if (is_redirect(response)) {
    decision->action = ACTION_REDIRECT;
  } else if (!is_success(response->status)) {
    decision->action = ACTION_FAIL;
    decision->error = SEINE_EHTTP;
    snprintf(decision->text, sizeof decision->text, "HTTP status %d", response->status);
  } else if (is_part(range, response)) {
    decision->action = ACTION_BROKEN;
    decision->error = SEINE_ETRUNCATED;
    snprintf(decision->text, sizeof decision->text, "only a part was sent: Content-Range: %.100s",
             response->content_range);
  } else if ((decision->error = check_wanted(options, response, length, decision->text))) {
    char declared[MEDIA_TYPE_MAX];
    media_essence(response->content_type, declared, sizeof declared);
    decision->action = ACTION_REJECT;
    decision->retryable =
        rejection_is_retryable(decision->error, response->status, declared, length ? *length : UINT64_MAX);
    if (length) decision->whole_bytes = *length;
  }
}

int response_check_body(const seine_options_t *options, const char *type, uint64_t size_bytes, char *text) {
  int error = response_check_size(options, size_bytes, "the body has", text);
  if (error) return error;
  if (media_accepts(options->accept, type)) return 0;
  snprintf(text, DECISION_TEXT_MAX, "the bytes are %s", type);
  return SEINE_ETYPE;
}
