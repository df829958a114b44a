/* Inspects bodies: media type by our own rules, then by libmagic's; hashes; the end of an image. Contexts that are
 * expensive to create are reused. */
#include "body/inspect.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "body/magic.h"
#include "body/markup.h"
#include "body/sha256_batch.h"
#include "body/sniff.h"
#include "seine.h"

struct inspector {
  struct types *types; /* NULL until they are needed: they take 5 ms to load */
  struct digest *digest;
  struct sha256_batch *sha256_batch; /* NULL: not here */
  struct digest *md5; /* NULL until it is needed */
};

static const char svg_type[] = "image/svg+xml";

int inspector_open(struct inspector **inspector) {
  *inspector = NULL;
  struct inspector *made = calloc(1, sizeof(*made));
  if (!made) return SEINE_ENOMEM;
  int error = digest_open(&made->digest, DIGEST_SHA256);
  if (error) {
    free(made);
    return error;
  }
  made->sha256_batch = sha256_batch_open();
  *inspector = made;
  return 0;
}

void inspector_close(struct inspector *inspector) {
  if (!inspector) return;
  magic_types_close(inspector->types);
  digest_close(inspector->digest);
  digest_close(inspector->md5);
  sha256_batch_close(inspector->sha256_batch);
  free(inspector);
}

/* Whether the bytes can be text in some encoding: no control characters but those that texts have, or a mark of
 * UTF-16. */
static bool may_be_text(const uint8_t *head, size_t size) {
  if (size >= 2 && ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff))) return true;
  for (size_t i = 0; i < size; i++)
    if (head[i] < ' ' && !(head[i] >= '\a' && head[i] <= '\r') && head[i] != 0x1b) return false;
  return true;
}

/* Pages with stray control characters in them are still pages, but not to libmagic. Copies the head without such, if it
 * begins as a page does. */
static bool clean_markup(const uint8_t *head, size_t size, uint8_t clean[TYPES_HEAD_MAX]) {
  size_t at = 0;
  while (at < size && (head[at] == ' ' || (head[at] >= '\t' && head[at] <= '\r')))
    at++;
  if (at == size || head[at] != '<') return false;
  for (at = 0; at < size; at++)
    clean[at] = head[at] < ' ' && !(head[at] >= '\t' && head[at] <= '\r') ? ' ' : head[at];
  return true;
}

/* Asks libmagic. The rules for text cost up to a millisecond: images never pay for them, and what is text pays once. */
static int look_up(struct inspector *inspector, const uint8_t *head, size_t size, char type[INSPECT_TYPE_MAX]) {
  uint8_t clean[TYPES_HEAD_MAX];
  int error = inspector->types ? 0 : magic_types_open(&inspector->types);
  if (error) return error;
  bool text = may_be_text(head, size);
  error = magic_match(inspector->types, text, head, size, type);
  if (!error && !type[0] && !text && clean_markup(head, size, clean))
    error = magic_match(inspector->types, true, clean, size, type);
  return error;
}

/* libmagic takes for an SVG what has "<svg" anywhere near its beginning: a page with a drawing in it is none. */
static void correct_markup(const char *root, char type[INSPECT_TYPE_MAX]) {
  if (root[0] && strcmp(type, svg_type) == 0) strcpy(type, strcmp(root, "html") == 0 ? "text/html" : "text/xml");
}

int inspector_type(struct inspector *inspector, const uint8_t *head, size_t size, char type[INSPECT_TYPE_MAX]) {
  char root[MARKUP_NAME_MAX];
  size_t some = size < TYPES_HEAD_MAX ? size : TYPES_HEAD_MAX;
  const char *found = size ? sniff_type(head, some) : "application/octet-stream";
  if (!found) {
    markup_root(head, size, root);
    if (strcmp(root, "svg") == 0) found = svg_type;
  }
  if (found) {
    strcpy(type, found);
    return 0;
  }
  int error = look_up(inspector, head, some, type);
  if (!error) {
    correct_markup(root, type);
    found = sniff_checked(type, head, some);
    if (found != type) strcpy(type, found);
  }
  if (error || !type[0]) strcpy(type, "application/octet-stream");
  return error;
}

void inspection_end(struct inspection *inspection, const struct image_scan *image_scan) {
  struct image_report report;
  enum image_end end = image_end(image_scan, &report);
  inspection->truncated = end == IMAGE_TRUNCATED || end == IMAGE_DAMAGED;
  inspection->damaged = end == IMAGE_DAMAGED;
  inspection->trailing_bytes = report.trailing_bytes;
  inspection->width = report.width;
  inspection->height = report.height;
}

static int find_md5(struct inspector *inspector, const struct inspect_job *job) {
  int error = inspector->md5 ? 0 : digest_open(&inspector->md5, DIGEST_MD5);
  if (!error) error = digest_start(inspector->md5);
  if (!error) error = digest_add(inspector->md5, job->data, job->size);
  return error ? error : digest_end(inspector->md5, job->seen->md5);
}

static int find_sha256(struct inspector *inspector, const struct inspect_job *job) {
  int error = digest_start(inspector->digest);
  if (!error) error = digest_add(inspector->digest, job->data, job->size);
  return error ? error : digest_end(inspector->digest, job->seen->sha256);
}

/* What the bytes are, and their digests, but for a SHA-256 that the batch brings. */
static int inspect_first(struct inspector *inspector, const struct inspect_job *job) {
  int error = inspector_type(inspector, job->data, job->size, job->seen->type);
  if (!error && job->seen->wants_md5) error = find_md5(inspector, job);
  if (error || sha256_batch_add(inspector->sha256_batch, job->data, job->size, job->seen->sha256)) return error;
  return find_sha256(inspector, job);
}

static void scan_image(const struct inspect_job *job) {
  struct image_scan image_scan;
  image_scan_start(&image_scan, job->seen->type);
  image_scan_feed(&image_scan, job->data, job->size);
  inspection_end(job->seen, &image_scan);
}

/* A body's bytes come from the loop's processor. Hashing, which is long at each of them, fetches them ahead; going over
 * them for an image's end is quicker than that, and so comes when they are hashed, and still near. */
void inspector_run_many(struct inspector *inspector, struct inspect_job *jobs, size_t count) {
  for (size_t i = 0; i < count + SHA256_LANES; i++) {
    if (i < count) jobs[i].error = inspect_first(inspector, &jobs[i]);
    if (i >= SHA256_LANES && !jobs[i - SHA256_LANES].error) scan_image(&jobs[i - SHA256_LANES]);
  }
  if (sha256_batch_finish(inspector->sha256_batch)) return;
  for (size_t i = 0; i < count; i++)
    if (!jobs[i].error) jobs[i].error = find_sha256(inspector, &jobs[i]);
}

int inspector_run(struct inspector *inspector, const uint8_t *data, size_t size, struct inspection *out) {
  struct inspect_job job = {.data = data, .size = size, .seen = out};
  inspector_run_many(inspector, &job, 1);
  return job.error;
}
