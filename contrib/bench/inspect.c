/* inspect: what it costs a worker to look at one body of 16 KB, by type: its media type, its SHA-256, whether it ends;
 * in batches of 16. Prints a line for each and for each round: the name, microseconds a body. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "body/inspect.h"
#include "fixtures/image_samples.h"

enum { SIZE = 16384, BLOCK = 255, BATCH = 16 };

struct body {
  const char *name, *type;
  uint8_t bytes[SIZE];
  size_t size;
};

static void die(const char *what) {
  fprintf(stderr, "inspect: %s\n", what);
  exit(1);
}

/* ---- Bodies: small images of real encoders, with noise in a place that their format has for it ---- */

static void put(struct body *body, const void *bytes, size_t size) {
  if (body->size + size > SIZE) die("a sample is too large");
  memcpy(body->bytes + body->size, bytes, size);
  body->size += size;
}

static void put_noise(struct body *body, size_t size) {
  uint64_t noise = 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < size; i++) {
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
    put(body, &(uint8_t){(uint8_t)(noise >> 32)}, 1);
  }
}

static void put_be32(struct body *body, size_t value) {
  put(body, (uint8_t[]){(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value}, 4);
}

static uint32_t crc(const uint8_t *bytes, size_t size) {
  uint32_t value = ~0u;
  for (size_t i = 0; i < size; i++) {
    value ^= bytes[i];
    for (int bit = 0; bit < 8; bit++)
      value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
  }
  return ~value;
}

/* A further chunk of compressed data before the last chunk, which has 12 bytes. */
static void make_png(struct body *body) {
  put(body, truecolour_png, sizeof truecolour_png - 12);
  size_t size = SIZE - sizeof truecolour_png - 12;
  put_be32(body, size);
  put(body, "IDAT", 4);
  put_noise(body, size);
  put_be32(body, crc(body->bytes + body->size - size - 4, size + 4));
  put(body, truecolour_png + sizeof truecolour_png - 12, 12);
}

/* A comment, in blocks as an image's data is, before the last byte. */
static void make_gif(struct body *body) {
  put(body, still_gif, sizeof still_gif - 1);
  put(body, "\x21\xfe", 2);
  for (size_t size; (size = SIZE - body->size - 2) > 0;) {
    size = size - 1 > BLOCK ? BLOCK : size - 1;
    if (!size) break;
    put(body, &(uint8_t){(uint8_t)size}, 1);
    put_noise(body, size);
  }
  put(body, "\0;", 2);
}

/* A chunk that readers pass over, and the size of all in the head. */
static void make_webp(struct body *body) {
  put(body, lossy_webp, sizeof lossy_webp);
  size_t size = (SIZE - body->size - 8) & ~(size_t)1;
  put(body, "EXIF", 4);
  put(body, (uint8_t[]){(uint8_t)size, (uint8_t)(size >> 8), 0, 0}, 4);
  put_noise(body, size);
  size_t all = body->size - 8;
  memcpy(body->bytes + 4, (uint8_t[]){(uint8_t)all, (uint8_t)(all >> 8), 0, 0}, 4);
}

static void make_avif(struct body *body) {
  put(body, still_avif, sizeof still_avif);
  put_be32(body, SIZE - body->size);
  put(body, "free", 4);
  put_noise(body, SIZE - body->size);
}

static void make_html(struct body *body) {
  static const char line[] = "<p class=\"item\"><a href=\"/cats/1234\">A cat</a>, and some words on it.</p>\n";
  put(body, "<!DOCTYPE html>\n<html><head><title>Cats</title></head><body>\n", 61);
  while (body->size + sizeof line - 1 <= SIZE)
    put(body, line, sizeof line - 1);
}

static void read_body(struct body *body, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  body->size = fread(body->bytes, 1, SIZE, file);
  fclose(file);
}

/* ---- Measuring ---- */

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double measure(struct inspector *inspector, const struct body *body, unsigned looks) {
  struct inspection seen[BATCH] = {{.wants_md5 = false}};
  struct inspect_job batch[BATCH];
  for (unsigned i = 0; i < BATCH; i++)
    batch[i] = (struct inspect_job){.data = body->bytes, .size = body->size, .seen = &seen[i]};
  double begin = seconds();
  for (unsigned i = 0; i < looks; i += BATCH)
    inspector_run_many(inspector, batch, BATCH);
  double end = seconds();
  for (unsigned i = 0; i < BATCH; i++)
    if (batch[i].error) die("a look failed");
  return (end - begin) / ((looks + BATCH - 1) / BATCH * BATCH) * 1e6;
}

/* A body that is not taken for what it is, or for one that does not end, would measure something else. */
static void check(struct inspector *inspector, const struct body *body) {
  struct inspection seen = {0};
  if (inspector_run(inspector, body->bytes, body->size, &seen)) die("a look failed");
  if (strcmp(seen.type, body->type) || seen.truncated || seen.trailing_bytes) {
    fprintf(stderr, "inspect: %s is taken for %s%s, %llu bytes too long\n", body->name, seen.type,
            seen.truncated ? " that does not end" : "", (unsigned long long)seen.trailing_bytes);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: inspect ROUNDS LOOKS JPEG\n"), 2;
  unsigned rounds = (unsigned)atoi(argv[1]), looks = (unsigned)atoi(argv[2]);
  static struct body bodies[] = {{.name = "JPEG", .type = "image/jpeg"}, {.name = "PNG", .type = "image/png"},
                                 {.name = "GIF", .type = "image/gif"},   {.name = "WebP", .type = "image/webp"},
                                 {.name = "AVIF", .type = "image/avif"}, {.name = "HTML", .type = "text/html"}};
  enum { COUNT = sizeof bodies / sizeof *bodies };
  if (!rounds || !looks) die("ROUNDS and LOOKS are numbers above 0");
  read_body(&bodies[0], argv[3]);
  make_png(&bodies[1]);
  make_gif(&bodies[2]);
  make_webp(&bodies[3]);
  make_avif(&bodies[4]);
  make_html(&bodies[5]);
  struct inspector *inspector;
  if (inspector_open(&inspector)) die("no inspector");
  for (int i = 0; i < COUNT; i++)
    check(inspector, &bodies[i]);
  for (unsigned round = 0; round < rounds; round++)
    for (int i = 0; i < COUNT; i++)
      printf("%s\t%.2f\n", bodies[i].name, measure(inspector, &bodies[i], looks));
  inspector_close(inspector);
  return 0;
}
