/* images: writes JPEG files for the measurements, each different and each exactly of the size asked for: grey noise
 * that any decoder shows, most of whose bytes are, as in a photograph, compressed data. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OVERHEAD_BYTES = 512 };

struct writer {
  uint8_t *bytes;
  size_t size;
  uint32_t bits; /* not yet written, the oldest highest */
  int bit_count;
  uint64_t noise;
};

static uint32_t noise(struct writer *writer) { /* xorshift64* */
  writer->noise ^= writer->noise >> 12;
  writer->noise ^= writer->noise << 25;
  writer->noise ^= writer->noise >> 27;
  return (uint32_t)((writer->noise * 2685821657736338717ull) >> 32);
}

static void put(struct writer *writer, const void *bytes, size_t size) {
  memcpy(writer->bytes + writer->size, bytes, size);
  writer->size += size;
}

static void put16(struct writer *writer, unsigned value) {
  put(writer, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void put_bits(struct writer *writer, uint32_t value, int count) {
  writer->bits = writer->bits << count | value;
  writer->bit_count += count;
  while (writer->bit_count >= 8) {
    uint8_t byte = (uint8_t)(writer->bits >> (writer->bit_count -= 8));
    writer->bytes[writer->size++] = byte;
    if (byte == 0xff) writer->bytes[writer->size++] = 0; /* or it would be read as a marker */
  }
}

/* Everything before the compressed data. The Huffman tables know one symbol each: for DC a difference of none (code 0),
 * for AC a value of four bits without zeros before it (code 0). */
static void put_head(struct writer *writer, unsigned width, unsigned height) {
  put(writer, "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
  put(writer, "\xff\xdb\0\x43\0", 5);
  for (int i = 0; i < 64; i++)
    writer->bytes[writer->size++] = 4;
  put(writer, "\xff\xc0\0\x0b\x08", 5);
  put16(writer, height);
  put16(writer, width);
  put(writer, "\1\1\x11\0", 4);
  put(writer, "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
  put(writer, "\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4", 22);
}

static void put_comment(struct writer *writer, size_t size) {
  put(writer, "\xff\xfe", 2);
  put16(writer, (unsigned)size - 2);
  memset(writer->bytes + writer->size, ' ', size - 4);
  writer->size += size - 4;
}

static void put_scan(struct writer *writer, unsigned blocks) {
  put(writer, "\xff\xda\0\x08\1\1\0\0\x3f\0", 10);
  for (unsigned block = 0; block < blocks; block++) {
    put_bits(writer, 0, 1);
    for (int i = 0; i < 63; i++)
      put_bits(writer, noise(writer) >> 28, 5); /* the code, 0, and the value */
  }
  if (writer->bit_count) put_bits(writer, (1u << (8 - writer->bit_count)) - 1, 8 - writer->bit_count);
  put(writer, "\xff\xd9", 2);
}

/* As many rows of blocks as fit, and a comment for the rest. */
static size_t make(uint8_t *bytes, uint8_t *scan, size_t size, uint64_t seed) {
  struct writer body = {.bytes = scan, .noise = seed * 0x9e3779b97f4a7c15ull + 1};
  unsigned rows = (unsigned)((size - OVERHEAD_BYTES) / (8 * 41));
  put_scan(&body, rows * 8);
  struct writer whole = {.bytes = bytes};
  put_head(&whole, 64, rows * 8);
  size_t rest = size - whole.size - body.size;
  if (whole.size + body.size + 4 > size) return 0;
  for (size_t part; rest > 0; rest -= part) {
    part = rest > 65000 ? 60000 : rest;
    put_comment(&whole, part);
  }
  put(&whole, body.bytes, body.size);
  return whole.size;
}

static int write_file(const char *path, const uint8_t *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  if (!file) return -1;
  size_t written = fwrite(bytes, 1, size, file);
  return fclose(file) || written != size ? -1 : 0;
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: images DIR COUNT BYTES\n"), 2;
  size_t count = strtoul(argv[2], NULL, 10), size = strtoul(argv[3], NULL, 10);
  if (size < 2048 || size > 1 << 20) return fprintf(stderr, "images: BYTES must be from 2048 to 1048576\n"), 2;
  uint8_t *bytes = malloc(size * 2), *scan = malloc(size * 2);
  if (!bytes || !scan) return fprintf(stderr, "images: out of memory\n"), 1;
  if (mkdir(argv[1], 0755) && errno != EEXIST) return perror(argv[1]), 1;
  for (size_t i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%06zu.jpg", argv[1], i);
    if (make(bytes, scan, size, i + 1) != size) return fprintf(stderr, "images: %s does not come out right\n", path), 1;
    if (write_file(path, bytes, size)) return perror(path), 1;
  }
  free(bytes);
  free(scan);
  return 0;
}
