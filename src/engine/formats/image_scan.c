/* Feeds an image, chunk by chunk, to the reader of its format, and reports whether it is complete. */
#include "formats/image_scan.h"

#include <string.h>

#include "formats/image_format.h"

static const struct {
  const char *type;
  const struct image_format *format;
} formats[] = {
    {"image/jpeg", &structure_jpeg},
    {"image/jls", &structure_jpeg},
    {"image/png", &structure_png},
    {"image/apng", &structure_png},
    {"image/gif", &structure_gif},
    {"image/webp", &structure_webp},
    {"image/avif", &structure_heif},
    {"image/heic", &structure_heif},
    {"image/heic-sequence", &structure_heif},
    {"image/heif", &structure_heif},
    {"image/heif-sequence", &structure_heif},
    {"image/bmp", &structure_bmp},
    {"image/tiff", &structure_tiff},
};

void image_scan_start(struct image_scan *image_scan, const char *type) {
  *image_scan = (struct image_scan){0};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
    if (strcmp(formats[i].type, type) == 0) image_scan->format = formats[i].format;
  if (image_scan->format) image_scan->want = image_scan->format->first;
}

void image_scan_next(struct image_scan *s, uint64_t skip, uint8_t step, uint8_t want) {
  s->skip = skip;
  s->step = step;
  s->want = want;
  s->have = 0;
}

void image_scan_more(struct image_scan *s, uint8_t want) {
  s->want = want;
}

void image_scan_stop(struct image_scan *s, enum image_end end) {
  s->ended = true;
  s->end = end;
}

void image_scan_skip_to_end(struct image_scan *s, uint64_t skip) {
  s->have = 0;
  s->want = 0;
  s->skip = skip;
  if (!skip) image_scan_stop(s, IMAGE_WHOLE);
}

static size_t least(uint64_t a, size_t b) {
  return a < b ? (size_t)a : b;
}

static size_t pass_over(struct image_scan *s, const uint8_t *data, size_t size) {
  size_t part = least(s->skip, size);
  if (s->format->pass) s->format->pass(s, data, part);
  s->skip -= part;
  if (!s->skip && !s->want) image_scan_stop(s, IMAGE_WHOLE);
  return part;
}

/* To just behind the next 0xff. */
static size_t scan(struct image_scan *s, const uint8_t *data, size_t size) {
  const uint8_t *mark = memchr(data, 0xff, size);
  if (!mark) return size;
  s->scanning = false;
  return (size_t)(mark - data) + 1;
}

static size_t gather(struct image_scan *s, const uint8_t *data, size_t size) {
  size_t part = least(s->want - s->have, size);
  memcpy(s->head + s->have, data, part);
  s->have = (uint8_t)(s->have + part);
  return part;
}

void image_scan_feed(struct image_scan *s, const uint8_t *data, size_t size) {
  while (s->format && size) {
    size_t part = size;
    bool gathers = false;
    if (s->ended)
      s->trailing += size;
    else if (s->skip)
      part = pass_over(s, data, size);
    else if (s->scanning)
      part = scan(s, data, size);
    else
      gathers = (part = gather(s, data, size));
    s->at += part;
    data += part;
    size -= part;
    if (gathers && s->have == s->want) s->format->parse(s);
  }
}

enum image_end image_end(const struct image_scan *s, struct image_report *report) {
  *report = (struct image_report){s->trailing, s->width, s->height};
  if (!s->format) return IMAGE_UNKNOWN;
  enum image_end end = IMAGE_TRUNCATED;
  if (s->ended)
    end = s->end;
  else if (s->format->stop)
    end = s->format->stop(s, &report->trailing_bytes);
  if (end != IMAGE_WHOLE || s->format->goes_on) report->trailing_bytes = 0;
  return end;
}
