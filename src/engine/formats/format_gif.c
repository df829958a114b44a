/* GIF: blocks up to the trailer. */
#include <string.h>

#include "formats/image_format.h"

enum { HEADER, BLOCK, LABEL, APPLICATION, NAME, IMAGE, DATA };

#define NAME_SIZE 11

static uint32_t colours(uint8_t flags) {
  return flags & 0x80 ? 3u << ((flags & 7) + 1) : 0;
}

static void block(struct image_scan *s, uint8_t introducer) {
  s->gif.in_image = introducer == 0x2c;
  switch (introducer) {
  case 0x21: image_scan_next(s, 0, LABEL, 1); break;
  case 0x2c:
    s->gif.is_animated |= s->gif.has_image;
    image_scan_next(s, 0, IMAGE, 9);
    break;
  case 0x3b: image_scan_stop(s, s->gif.has_image ? IMAGE_WHOLE : IMAGE_DAMAGED); break;
  case 0: image_scan_next(s, 0, BLOCK, 1); break; /* one terminator too many is common */
  default:
    /* Decoders show what came before. */
    image_scan_stop(s, s->gif.has_image ? IMAGE_WHOLE : IMAGE_DAMAGED);
    s->trailing = 1;
  }
}

/* Decoders widen a screen that is smaller than the first frame, so that the frame fits. */
static void fit_screen(struct image_scan *s) {
  uint32_t right = le16(s->head) + le16(s->head + 4), bottom = le16(s->head + 2) + le16(s->head + 6);
  if (right > s->width) s->width = right;
  if (bottom > s->height) s->height = bottom;
}

static void parse(struct image_scan *s) {
  uint8_t byte = s->head[0];
  switch (s->step) {
  case HEADER:
    s->width = le16(s->head + 6);
    s->height = le16(s->head + 8);
    image_scan_next(s, colours(s->head[10]), BLOCK, 1);
    break;
  case BLOCK: block(s, byte); break;
  case LABEL:
    if (byte == 0xf9) s->gif.announced = true;
    image_scan_next(s, 0, byte == 0xff ? APPLICATION : DATA, 1);
    break;
  case APPLICATION:
    if (byte == NAME_SIZE)
      image_scan_next(s, 0, NAME, NAME_SIZE);
    else
      image_scan_next(s, byte, byte ? DATA : BLOCK, 1);
    break;
  case NAME:
    s->gif.is_animated |=
        memcmp(s->head, "NETSCAPE2.0", NAME_SIZE) == 0 || memcmp(s->head, "ANIMEXTS1.0", NAME_SIZE) == 0;
    image_scan_next(s, 0, DATA, 1);
    break;
  case IMAGE:
    if (!s->gif.has_image) fit_screen(s);
    image_scan_next(s, colours(s->head[8]) + 1, DATA, 1);
    break; /* 1: the least code's width */
  case DATA:
    if (!byte && s->gif.in_image) {
      s->gif.has_image = true;
      s->gif.announced = false;
    }
    image_scan_next(s, byte, byte ? DATA : BLOCK, 1);
    break;
  }
}

/* Many files lack the trailer, and all decoders show them. A cut there takes nothing from a still image; an animation
 * may have lost images, unless there is a trailer. */
static enum image_end stop(const struct image_scan *s, uint64_t *trailing) {
  (void)trailing;
  bool between = s->step == BLOCK && !s->skip;
  bool more = s->gif.announced || s->gif.is_animated;
  return between && s->gif.has_image && !more ? IMAGE_WHOLE : IMAGE_TRUNCATED;
}

const struct image_format structure_gif = {.first = 13, .parse = parse, .stop = stop};
