/* Makes the bodies that are served: real, minimal images, padded to any size inside their own structure. */
#include "bodies.h"

#include <stdio.h>
#include <string.h>

uint64_t body_seed(const char *text, size_t length) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
  return hash;
}

static uint64_t next_random(uint64_t *state) {
  uint64_t x = (*state += 0x9e3779b97f4a7c15u);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void fill_random(uint64_t seed, uint8_t *out, size_t size) {
  while (size > 0) {
    uint64_t word = next_random(&seed);
    size_t part = size < sizeof word ? size : sizeof word;
    memcpy(out, &word, part);
    out += part;
    size -= part;
  }
}

static uint8_t *put(uint8_t *out, const void *data, size_t size) {
  memcpy(out, data, size);
  return out + size;
}

static uint8_t *put_be32(uint8_t *out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    *out++ = (uint8_t)(value >> shift);
  return out;
}

static uint8_t *put_le32(uint8_t *out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    *out++ = (uint8_t)(value >> shift);
  return out;
}

/* ---- JPEG: one grey pixel, baseline; padding is COM segments ---- */

static const uint8_t jpeg_start[] = {0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
static const uint8_t jpeg_table[] = {0xff, 0xdb, 0, 67, 0}; /* 64 ones follow */
static const uint8_t jpeg_frame[] = {
    0xff, 0xc0, 0, 11, 8,    0, 1, 0, 1,  1, 1,    0x11, 0, /* SOF0, 1 x 1, one component */
    0xff, 0xc4, 0, 20, 0x00, 1, 0, 0, 0,  0, 0,    0,    0,
    0,    0,    0, 0,  0,    0, 0, 0, 0, /* DC: code 0 is "no difference" */
    0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0,  0, 0,    0,    0,
    0,    0,    0, 0,  0,    0, 0, 0, 0, /* AC: code 0 is "end of block" */
    0xff, 0xda, 0, 8,  1,    1, 0, 0, 63, 0, 0x3f, 0xff, 0xd9}; /* SOS, two zero bits, EOI */
#define JPEG_PLAIN (sizeof jpeg_start + sizeof jpeg_table + 64 + sizeof jpeg_frame)
#define JPEG_LEAST (JPEG_PLAIN + 4 + 8)

static void write_jpeg(uint64_t seed, uint8_t *out, size_t size) {
  size_t padding = size - JPEG_PLAIN;
  out = put(out, jpeg_start, sizeof jpeg_start);
  while (padding >= 4) {
    size_t segment = padding > 65537 ? 65537 : padding;
    const uint8_t marker[4] = {0xff, 0xfe, (uint8_t)((segment - 2) >> 8), (uint8_t)(segment - 2)};
    out = put(out, marker, sizeof marker);
    fill_random(seed++, out, segment - 4);
    out += segment - 4;
    padding -= segment;
  }
  memset(out, 0xff, padding); /* up to three bytes: a marker may be preceded by any number of fill bytes */
  out = put(out + padding, jpeg_table, sizeof jpeg_table);
  memset(out, 1, 64);
  put(out + 64, jpeg_frame, sizeof jpeg_frame);
}

/* ---- PNG: one grey pixel; padding is one private ancillary chunk ---- */

static const uint8_t png_start[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
static const uint8_t png_header[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
static const uint8_t png_data[] = {0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff, 0, 0x7f, 0, 0x81, 0, 0x80}; /* a stored block */
#define PNG_PLAIN (sizeof png_start + 12 + sizeof png_header + 12 + sizeof png_data + 12)
#define PNG_LEAST (PNG_PLAIN + 12 + 8)

/* Four bits at a time: slow (some 60 us for 16 KiB), but the table is constant and small. Benchmarks use JPEG. */
static uint32_t crc32_of(const uint8_t *data, size_t size) {
  static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                     0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                     0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < size; i++) {
    crc = table[(crc ^ data[i]) & 15] ^ (crc >> 4);
    crc = table[(crc ^ (data[i] >> 4)) & 15] ^ (crc >> 4);
  }
  return crc ^ 0xffffffff;
}

/* The data is in place already, eight bytes on. */
static uint8_t *finish_chunk(uint8_t *out, const char *name, size_t size) {
  put_be32(out, (uint32_t)size);
  memcpy(out + 4, name, 4);
  return put_be32(out + 8 + size, crc32_of(out + 4, size + 4));
}

static uint8_t *put_chunk(uint8_t *out, const char *name, const void *data, size_t size) {
  if (size > 0) memcpy(out + 8, data, size);
  return finish_chunk(out, name, size);
}

static void write_png(uint64_t seed, uint8_t *out, size_t size) {
  size_t padding = size - PNG_PLAIN - 12;
  out = put(out, png_start, sizeof png_start);
  out = put_chunk(out, "IHDR", png_header, sizeof png_header);
  fill_random(seed, out + 8, padding);
  out = finish_chunk(out, "faUl", padding);
  out = put_chunk(out, "IDAT", png_data, sizeof png_data);
  put_chunk(out, "IEND", NULL, 0);
}

/* ---- GIF: one pixel; padding is a comment extension ---- */

static const uint8_t gif_start[] = {'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255};
static const uint8_t gif_image[] = {0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b};
#define GIF_PLAIN (sizeof gif_start + sizeof gif_image + 3)
#define GIF_LEAST (GIF_PLAIN + 1 + 8)

static void write_gif(uint64_t seed, uint8_t *out, size_t size) {
  size_t padding = size - GIF_PLAIN;
  out = put(out, gif_start, sizeof gif_start);
  out = put(out, "\x21\xfe", 2);
  while (padding > 0) {
    size_t block = padding > 256 ? 256 : padding;
    if (padding - block == 1) block--; /* an empty block would end the comment */
    *out++ = (uint8_t)(block - 1);
    fill_random(seed++, out, block - 1);
    out += block - 1;
    padding -= block;
  }
  *out++ = 0;
  put(out, gif_image, sizeof gif_image);
}

/* ---- WebP: one lossless pixel in the extended format; padding is an unknown chunk, which readers pass over ---- */

static const uint8_t webp_canvas[] = {'V', 'P', '8', 'X', 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t webp_image[] = {'V', 'P',  '8', 'L',  13,   0,    0,    0,    0x2f, 0, 0,
                                     0,   0x10, 7,   0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 7, 0};
#define WEBP_PLAIN (12 + sizeof webp_canvas + sizeof webp_image)
#define WEBP_LEAST (WEBP_PLAIN + 8 + 8)

static void write_webp(uint64_t seed, uint8_t *out, size_t size) {
  size_t padding = size - WEBP_PLAIN - 8;
  out = put(out, "RIFF", 4);
  out = put_le32(out, (uint32_t)(size - 8));
  out = put(out, "WEBP", 4);
  out = put(out, webp_canvas, sizeof webp_canvas);
  out = put(out, webp_image, sizeof webp_image);
  out = put(out, "FAUL", 4);
  out = put_le32(out, (uint32_t)padding);
  fill_random(seed, out, padding);
}

/* ---- What is no image ---- */

static void write_words(uint64_t seed, uint8_t *out, size_t size) {
  static const char words[8][9] = {"anchor ", "buoy ", "current ", "drift ", "ebb ", "flood ", "gannet ", "harbour "};
  while (size > 0) {
    const char *word = words[next_random(&seed) >> 61];
    size_t length = strlen(word);
    size_t part = size < length ? size : length;
    memcpy(out, word, part);
    out += part;
    size -= part;
  }
}

static void write_between(uint64_t seed, uint8_t *out, size_t size, const char *before, const char *after) {
  char mark[32];
  int marked = snprintf(mark, sizeof mark, "%016llx ", (unsigned long long)seed);
  size_t head = strlen(before), tail = strlen(after);
  memcpy(out, before, head);
  memcpy(out + head, mark, (size_t)marked);
  write_words(seed, out + head + marked, size - head - (size_t)marked - tail);
  memcpy(out + size - tail, after, tail);
}

#define HTML_BEFORE "<!DOCTYPE html>\n<html><head><title>A page</title></head>\n<body><p>"
#define HTML_AFTER  "</p></body></html>\n"
#define JSON_BEFORE "{\"words\": \""
#define JSON_AFTER  "\"}\n"
#define MARK        17

static void write_html(uint64_t seed, uint8_t *out, size_t size) {
  write_between(seed, out, size, HTML_BEFORE, HTML_AFTER);
}

static void write_json(uint64_t seed, uint8_t *out, size_t size) {
  write_between(seed, out, size, JSON_BEFORE, JSON_AFTER);
}

static void write_text(uint64_t seed, uint8_t *out, size_t size) {
  write_between(seed, out, size, "", "\n");
}

/* Random bytes could look like anything by chance; eight bytes that open no known format keep that away. */
static void write_random(uint64_t seed, uint8_t *out, size_t size) {
  static const uint8_t opening[8] = {0xf8, 0xf9, 0xfa, 0xfb, 0xf8, 0xf9, 0xfa, 0xfb};
  size_t part = size < sizeof opening ? size : sizeof opening;
  memcpy(out, opening, part);
  fill_random(seed, out + part, size - part);
}

static const struct body_kind kinds[] = {
    {"gif", "image/gif", GIF_LEAST, 1, write_gif},
    {"html", "text/html", sizeof HTML_BEFORE - 1 + MARK + sizeof HTML_AFTER - 1, 1, write_html},
    {"jpeg", "image/jpeg", JPEG_LEAST, 1, write_jpeg},
    {"json", "application/json", sizeof JSON_BEFORE - 1 + MARK + sizeof JSON_AFTER - 1, 1, write_json},
    {"png", "image/png", PNG_LEAST, 1, write_png},
    {"random", "application/octet-stream", 0, 1, write_random},
    {"text", "text/plain", MARK + 1, 1, write_text},
    {"webp", "image/webp", WEBP_LEAST, 2, write_webp},
};

const struct body_kind *body_kind_find(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0) return &kinds[i];
  return NULL;
}

size_t body_size(const struct body_kind *kind, size_t wanted) {
  size_t size = wanted < kind->least ? kind->least : wanted;
  return (size + kind->grain - 1) / kind->grain * kind->grain;
}

void body_write(const struct body_kind *kind, uint64_t seed, uint8_t *out, size_t size) {
  kind->write(seed, out, size);
}
