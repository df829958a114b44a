/* JPEG, GIF, WebP and BMP: where their images end. */
#include <string.h>

#include "structure_format.h"

/* ---- JPEG: segments with lengths, scans in which 0xff is followed by a zero or a restart, EOI ---- */

enum { JPEG_START, JPEG_MARKER, JPEG_LENGTH };

/* Between two markers nothing but the next 0xff matters. In a scan that is all there is to know; elsewhere there is
 * nothing between them, or bytes that decoders pass over too. */
static void jpeg_scan(struct structure *s, uint64_t skip) {
  structure_next(s, skip, JPEG_MARKER, 1);
  s->scanning = true;
}

static bool jpeg_is_frame(uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Those below 0xc0 stand in no image of today: in a broken scan they are data. RST and SOI have no length. */
static bool jpeg_is_segment(uint8_t marker) {
  return marker >= 0xc0 && marker != 0xff && !(marker >= 0xd0 && marker <= 0xd8);
}

static void jpeg_take(struct structure *s) {
  uint8_t marker = s->head[0];
  switch (s->step) {
  case JPEG_START:
    jpeg_scan(s, 0);
    break;
  case JPEG_MARKER:
    s->jpeg.marker = marker;
    if (marker == 0xff) /* fill */
      structure_next(s, 0, JPEG_MARKER, 1);
    else if (marker == 0xd9)
      structure_stop(s, STRUCTURE_WHOLE);
    else if (jpeg_is_segment(marker))
      structure_next(s, 0, JPEG_LENGTH, jpeg_is_frame(marker) ? 7 : 2);
    else
      jpeg_scan(s, 0);
    break;
  case JPEG_LENGTH:
    if (jpeg_is_frame(s->jpeg.marker) && !s->width) {
      s->height = be16(s->head + 3);
      s->width = be16(s->head + 5);
    }
    jpeg_scan(s, be16(s->head) > s->want ? be16(s->head) - s->want : 0);
    break;
  }
}

const struct structure_format structure_jpeg = {.first = 2, .take = jpeg_take};

/* ---- GIF: blocks up to the trailer ---- */

enum { GIF_HEADER, GIF_BLOCK, GIF_LABEL, GIF_APPLICATION, GIF_NAME, GIF_IMAGE, GIF_DATA };

#define GIF_NAME_SIZE 11

static uint32_t gif_colours(uint8_t flags) {
  return flags & 0x80 ? 3u << ((flags & 7) + 1) : 0;
}

static void gif_block(struct structure *s, uint8_t introducer) {
  s->gif.in_image = introducer == 0x2c;
  switch (introducer) {
  case 0x21:
    structure_next(s, 0, GIF_LABEL, 1);
    break;
  case 0x2c:
    s->gif.is_animated |= s->gif.has_image;
    structure_next(s, 0, GIF_IMAGE, 9);
    break;
  case 0x3b:
    structure_stop(s, STRUCTURE_WHOLE);
    break;
  case 0:
    structure_next(s, 0, GIF_BLOCK, 1);
    break; /* one terminator too many is common */
  default:
    /* Decoders show what came before. */
    structure_stop(s, s->gif.has_image ? STRUCTURE_WHOLE : STRUCTURE_DAMAGED);
    s->trailing = 1;
  }
}

static void gif_take(struct structure *s) {
  uint8_t byte = s->head[0];
  switch (s->step) {
  case GIF_HEADER:
    s->width = le16(s->head + 6);
    s->height = le16(s->head + 8);
    structure_next(s, gif_colours(s->head[10]), GIF_BLOCK, 1);
    break;
  case GIF_BLOCK:
    gif_block(s, byte);
    break;
  case GIF_LABEL:
    if (byte == 0xf9) s->gif.announced = true;
    structure_next(s, 0, byte == 0xff ? GIF_APPLICATION : GIF_DATA, 1);
    break;
  case GIF_APPLICATION:
    if (byte == GIF_NAME_SIZE)
      structure_next(s, 0, GIF_NAME, GIF_NAME_SIZE);
    else
      structure_next(s, byte, byte ? GIF_DATA : GIF_BLOCK, 1);
    break;
  case GIF_NAME:
    s->gif.is_animated |=
        memcmp(s->head, "NETSCAPE2.0", GIF_NAME_SIZE) == 0 || memcmp(s->head, "ANIMEXTS1.0", GIF_NAME_SIZE) == 0;
    structure_next(s, 0, GIF_DATA, 1);
    break;
  case GIF_IMAGE:
    structure_next(s, gif_colours(s->head[8]) + 1, GIF_DATA, 1);
    break; /* 1: the least code's width */
  case GIF_DATA:
    if (!byte && s->gif.in_image) {
      s->gif.has_image = true;
      s->gif.announced = false;
    }
    structure_next(s, byte, byte ? GIF_DATA : GIF_BLOCK, 1);
    break;
  }
}

/* Many files lack the trailer, and all decoders show them. A cut there takes nothing from a still image; of an
 * animation nobody knows whether more images came, unless there is a trailer. */
static enum structure_end gif_stop(const struct structure *s, uint64_t *trailing) {
  (void)trailing;
  bool between = s->step == GIF_BLOCK && !s->skip;
  bool more = s->gif.announced || s->gif.is_animated;
  return between && s->gif.has_image && !more ? STRUCTURE_WHOLE : STRUCTURE_TRUNCATED;
}

const struct structure_format structure_gif = {.first = 13, .take = gif_take, .stop = gif_stop};

/* ---- WebP: the size stands in front, and decoders insist on it ---- */

enum { WEBP_SHORT = 25, WEBP_LONG = 30 }; /* how far the picture's size reaches in lossless files, and in others */

static uint32_t le24(const uint8_t *p) {
  return le16(p) | (uint32_t)p[2] << 16;
}

static void webp_size(struct structure *s) {
  const uint8_t *chunk = s->head + 12, *data = s->head + 20;
  if (memcmp(chunk, "VP8L", 4) == 0 && data[0] == 0x2f) {
    uint32_t bits = le32(data + 1);
    s->width = (bits & 0x3fff) + 1;
    s->height = (bits >> 14 & 0x3fff) + 1;
  } else if (memcmp(chunk, "VP8X", 4) == 0) {
    s->width = le24(data + 4) + 1;
    s->height = le24(data + 7) + 1;
  } else if (memcmp(chunk, "VP8 ", 4) == 0 && memcmp(data + 3, "\x9d\x01\x2a", 3) == 0) {
    s->width = le16(data + 6) & 0x3fff;
    s->height = le16(data + 8) & 0x3fff;
  }
}

static void webp_take(struct structure *s) {
  uint64_t whole = (uint64_t)le32(s->head + 4) + 8;
  if (s->have < WEBP_LONG && memcmp(s->head + 12, "VP8L", 4) != 0) {
    structure_more(s, WEBP_LONG);
    return;
  }
  webp_size(s);
  if (whole < s->at || whole > UINT32_MAX) /* zero or all ones: written by what could not go back and fill it in */
    structure_stop(s, STRUCTURE_UNKNOWN);
  else
    structure_rest(s, whole - s->at);
}

const struct structure_format structure_webp = {.first = WEBP_SHORT, .take = webp_take};

/* ---- BMP: the pixels' place follows from the header; its own word for the file's size is often wrong ---- */

enum { BMP_FILE_HEADER = 14, BMP_SHORT = 26, BMP_LONG = 34 };

static uint32_t magnitude(uint32_t number) {
  return number > 0x7fffffff ? 0 - number : number;
}

static void bmp_pixels(struct structure *s, uint32_t header, uint32_t depth, uint32_t compression) {
  uint64_t offset = le32(s->head + 10), row = ((uint64_t)s->width * depth + 31) / 32 * 4, pixels;
  bool plain = compression == 0 || compression == 3 || compression == 6;
  if (!plain || !depth || depth > 64 || !s->width || !s->height ||
      __builtin_mul_overflow(row, (uint64_t)s->height, &pixels) || pixels > INT64_MAX) {
    structure_stop(s, STRUCTURE_UNKNOWN);
    return;
  }
  if (offset < BMP_FILE_HEADER + (uint64_t)header) offset = BMP_FILE_HEADER + (uint64_t)header;
  s->bmp.slack = row - ((uint64_t)s->width * depth + 7) / 8;
  structure_rest(s, offset + pixels > s->at ? offset + pixels - s->at : 0);
}

static void bmp_take(struct structure *s) {
  const uint8_t *head = s->head;
  uint32_t header = le32(head + 14);
  if (header == 12) {
    s->width = le16(head + 18);
    s->height = le16(head + 20);
    bmp_pixels(s, header, le16(head + 24), 0);
  } else if (header < 16) {
    structure_stop(s, STRUCTURE_UNKNOWN);
  } else if (s->have < BMP_LONG) {
    structure_more(s, BMP_LONG);
  } else {
    s->width = magnitude(le32(head + 18));
    s->height = magnitude(le32(head + 22)); /* below zero: from the top down */
    bmp_pixels(s, header, le16(head + 28), header < 20 ? 0 : le32(head + 30));
  }
}

static enum structure_end bmp_stop(const struct structure *s, uint64_t *trailing) {
  (void)trailing;
  return !s->want && s->skip <= s->bmp.slack ? STRUCTURE_WHOLE : STRUCTURE_TRUNCATED;
}

const struct structure_format structure_bmp = {.first = BMP_SHORT, .take = bmp_take, .stop = bmp_stop};
