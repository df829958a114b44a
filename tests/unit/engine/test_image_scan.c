/* Whether images end: real ones, cut anywhere, fed in any pieces, damaged at random. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixtures/image_samples.h"
#include "fixtures/suite.h"
#include "formats/image_scan.h"

#define BYTES(text) (const uint8_t *)text, sizeof(text) - 1
#define GIF_STILL   "GIF89a\1\0\1\0\x80\0\0\0\0\0\377\377\377"
#define GIF_IMAGE   ",\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
#define GIF_LOOP    "!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
#define PNG_HEADER  "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
#define PNG_END     "\0\0\0\0IEND\xae\x42\x60\x82"
#define JPEG_FRAME  "\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0"
#define JPEG_SCAN   JPEG_FRAME "\xff\xda\0\x08\1\1\0\0\x3f\0"
#define PNG_DATA    "\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\1IDATx\x76\xe6\x84\xe6"
#define ISO_INDEX                                                                                                      \
  "\0\0\0\x10"                                                                                                         \
  "ftypavif\0\0\0\0"                                                                                                   \
  "\0\0\0\x14meta\0\0\0\0\0\0\0\x08iloc"
#define ISO_DATA    "\0\0\0\x0cmdat1234"
#define BMP_HEADER  "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x18\0"
#define BMP_REST    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define TIFF_HEADER "II*\0\x08\0\0\0"

struct answer {
  enum image_end end;
  struct image_report report;
};

static struct answer answer_of(const char *type, const uint8_t *data, size_t size) {
  struct image_scan image_scan;
  struct answer answer;
  image_scan_start(&image_scan, type);
  image_scan_feed(&image_scan, data, size);
  answer.end = image_end(&image_scan, &answer.report);
  return answer;
}

START_TEST(whole_images_are_whole) {
  const struct sample *sample = &samples[_i];
  struct answer answer = answer_of(sample->type, sample->data, sample->size);
  ck_assert_msg(answer.end == IMAGE_WHOLE, "%s: %d", sample->name, answer.end);
  ck_assert_msg(answer.report.trailing_bytes == 0, "%s: %d trail", sample->name, (int)answer.report.trailing_bytes);
  ck_assert_msg(answer.report.width == sample->width && answer.report.height == sample->height, "%s: %u x %u",
                sample->name, answer.report.width, answer.report.height);
}
END_TEST

/* How often a cut image still counts as whole, and why nobody misses what was cut off. */
static size_t harmless_cuts(const struct sample *sample) {
  static const struct {
    const char *name;
    size_t count;
  } cuts[] = {
      {"still_gif", 1}, /* the trailer */
      {"true_bmp", 3}, /* padding of the last row, as the next */
      {"os2_bmp", 3},
  };
  for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
    if (strcmp(cuts[i].name, sample->name) == 0) return cuts[i].count;
  return 0;
}

START_TEST(cut_images_are_truncated) {
  const struct sample *sample = &samples[_i];
  size_t whole = 0;
  for (size_t size = 0; size < sample->size; size++) {
    uint8_t *cut = malloc(size + 1); /* so that a read too far is seen */
    memcpy(cut, sample->data, size);
    enum image_end end = answer_of(sample->type, cut, size).end;
    ck_assert_msg(end == IMAGE_TRUNCATED || end == IMAGE_WHOLE, "%s of %zu: %d", sample->name, size, end);
    if (end == IMAGE_WHOLE) whole++;
    free(cut);
  }
  ck_assert_msg(whole == harmless_cuts(sample), "%s: %zu", sample->name, whole);
}
END_TEST

START_TEST(what_follows_an_image_trails) {
  const struct sample *sample = &samples[_i];
  static const uint8_t zeros[100];
  static const char words[] = "\r\nwhatever an editor leaves";
  uint8_t *longer = malloc(sample->size + sizeof zeros);
  bool tiff = strcmp(sample->type, "image/tiff") == 0;
  memcpy(longer, sample->data, sample->size);
  for (size_t more = 1; more <= sizeof zeros; more++) {
    memcpy(longer + sample->size, zeros, more);
    struct answer answer = answer_of(sample->type, longer, sample->size + more);
    ck_assert_msg(answer.end == IMAGE_WHOLE, "%s and %zu zeros: %d", sample->name, more, answer.end);
    ck_assert_uint_eq(answer.report.trailing_bytes, tiff ? 0 : more);
  }
  for (size_t more = 1; more < sizeof words; more++) {
    memcpy(longer + sample->size, words, more);
    struct answer answer = answer_of(sample->type, longer, sample->size + more);
    ck_assert_msg(answer.end == IMAGE_WHOLE, "%s and %zu letters: %d", sample->name, more, answer.end);
    ck_assert_uint_eq(answer.report.trailing_bytes, tiff ? 0 : more);
  }
  free(longer);
}
END_TEST

/* Feeds in pieces of 1 to `most` bytes. */
static struct answer answer_in_pieces(const char *type, const uint8_t *data, size_t size, size_t most) {
  struct image_scan image_scan;
  struct answer answer;
  image_scan_start(&image_scan, type);
  for (size_t at = 0; at < size;) {
    size_t part = 1 + (size_t)random() % most;
    if (part > size - at) part = size - at;
    image_scan_feed(&image_scan, data + at, part);
    at += part;
  }
  answer.end = image_end(&image_scan, &answer.report);
  return answer;
}

static bool same(const struct answer *a, const struct answer *b) {
  return a->end == b->end && a->report.trailing_bytes == b->report.trailing_bytes &&
         a->report.width == b->report.width && a->report.height == b->report.height;
}

START_TEST(pieces_do_not_matter) {
  const struct sample *sample = &samples[_i];
  unsigned seed = (unsigned)time(NULL);
  printf("seed %u\n", seed);
  srandom(seed);
  for (size_t most = 1; most < 200; most++) {
    size_t size = most % 2 ? sample->size : (size_t)random() % sample->size;
    struct answer whole = answer_of(sample->type, sample->data, size);
    struct answer free_list = answer_in_pieces(sample->type, sample->data, size, most);
    ck_assert_msg(same(&whole, &free_list), "%s, %zu bytes in pieces of %zu at most", sample->name, size, most);
  }
}
END_TEST

/* Any bytes get an answer, and the same one in pieces. */
START_TEST(random_damage_does_no_harm) {
  const struct sample *sample = &samples[_i];
  unsigned seed = (unsigned)time(NULL);
  printf("seed %u\n", seed);
  srandom(seed);
  for (int round = 0; round < 2000; round++) {
    size_t size = (size_t)random() % sample->size + 1;
    uint8_t *bytes = malloc(size);
    memcpy(bytes, sample->data, size);
    for (int change = 1 + (int)(random() % 8); change > 0; change--)
      bytes[(size_t)random() % (random() % 2 && size > 64 ? 64 : size)] = (uint8_t)(random() % 4 ? random() : -1);
    struct answer whole = answer_of(sample->type, bytes, size);
    struct answer free_list = answer_in_pieces(sample->type, bytes, size, 40);
    ck_assert_msg(same(&whole, &free_list), "%s, round %d", sample->name, round);
    free(bytes);
  }
}
END_TEST

/* A byte that differs among the pixels of a PNG is damage. */
START_TEST(crc_sees_every_byte) {
  for (int i = 0; i < SAMPLES; i++) {
    if (strcmp(samples[i].type, "image/png") != 0) continue;
    const uint8_t *pixels = memmem(samples[i].data, samples[i].size, "IDAT", 4);
    size_t from = (size_t)(pixels - samples[i].data), to = from + 4 + pixels[-1] + 256u * pixels[-2] + 4;
    uint8_t *bytes = malloc(samples[i].size);
    for (size_t at = from + 4; at < to; at++) {
      memcpy(bytes, samples[i].data, samples[i].size);
      bytes[at] ^= (uint8_t)(1u << at % 8);
      ck_assert_int_eq(answer_of("image/png", bytes, samples[i].size).end, IMAGE_DAMAGED);
    }
    free(bytes);
  }
}
END_TEST

/* Oddities that decoders put up with, and such that no decoder can. */
static const struct {
  const char *what, *type;
  const uint8_t *data;
  size_t size;
  enum image_end end;
  int trailing;
} oddities[] = {
    {"not an image", "text/html", BYTES("<html>"), IMAGE_UNKNOWN, 0},
    {"nothing at all", "image/jpeg", BYTES(""), IMAGE_TRUNCATED, 0},
    {"JPEG: fill bytes, and a segment of no length", "image/jpeg",
     BYTES("\xff\xd8\xff\xff\xff\xe0\0\2\xff\xfe\0\0" JPEG_SCAN "ab\xff\0\xff\xd0"
           "c\xff\xff\xd9"),
     IMAGE_WHOLE, 0},
    {"JPEG: bytes between segments", "image/jpeg",
     BYTES("\xff\xd8\xff\xe0\0\4ab"
           "lost\xff\0" JPEG_SCAN "ab\xff\xd9xyz"),
     IMAGE_WHOLE, 3},
    {"JPEG: an end inside a comment", "image/jpeg", BYTES("\xff\xd8\xff\xfe\0\4\xff\xd9" JPEG_SCAN "ab"),
     IMAGE_TRUNCATED, 0},
    {"JPEG: no marker of today in a scan", "image/jpeg",
     BYTES("\xff\xd8" JPEG_SCAN "a\xff\x77"
           "b\xff\xd9"),
     IMAGE_WHOLE, 0},
    {"JPEG: two pictures, as stereo cameras write them", "image/jpeg",
     BYTES("\xff\xd8" JPEG_SCAN "a\xff\xd9\xff\xd8" JPEG_SCAN "a\xff\xd9"), IMAGE_WHOLE, 28},
    {"PNG: no data, but an end", "image/png", BYTES(PNG_HEADER PNG_END), IMAGE_DAMAGED, 0},
    {"PNG: a wrong CRC in a comment", "image/png", BYTES(PNG_HEADER "\0\0\0\3tEXta\0b\1\2\3\4" PNG_DATA PNG_END),
     IMAGE_WHOLE, 0},
    {"PNG: a wrong CRC in a palette", "image/png", BYTES(PNG_HEADER "\0\0\0\3PLTEabc\1\2\3\4" PNG_END), IMAGE_DAMAGED,
     0},
    {"PNG: a chunk without a name", "image/png", BYTES(PNG_HEADER "\0\0\0\3\0\0\0\0abc\1\2\3\4" PNG_END), IMAGE_DAMAGED,
     0},
    {"PNG: a chunk of more than 2 GiB", "image/png",
     BYTES(PNG_HEADER "\xff\xff\xff\xff"
                      "IDATabc"),
     IMAGE_DAMAGED, 0},
    {"GIF: no trailer", "image/gif", BYTES(GIF_STILL GIF_IMAGE), IMAGE_WHOLE, 0},
    {"GIF: two images, no trailer", "image/gif", BYTES(GIF_STILL GIF_IMAGE GIF_IMAGE), IMAGE_TRUNCATED, 0},
    {"GIF: one image of a loop, no trailer", "image/gif", BYTES(GIF_STILL GIF_LOOP GIF_IMAGE), IMAGE_TRUNCATED, 0},
    {"GIF: one image of a loop", "image/gif", BYTES(GIF_STILL GIF_LOOP GIF_IMAGE ";"), IMAGE_WHOLE, 0},
    {"GIF: another application, no trailer", "image/gif",
     BYTES(GIF_STILL "!\xff\x0bICCRGBG1012\1x\0!\xff\3abc\0!\xff\0" GIF_IMAGE), IMAGE_WHOLE, 0},
    {"GIF: one terminator too many", "image/gif", BYTES(GIF_STILL GIF_IMAGE "\0;"), IMAGE_WHOLE, 0},
    {"GIF: rubbish for a trailer", "image/gif", BYTES(GIF_STILL GIF_IMAGE "rubbish"), IMAGE_WHOLE, 7},
    {"GIF: rubbish for an image", "image/gif", BYTES(GIF_STILL "rubbish"), IMAGE_DAMAGED, 0},
    {"GIF: an image that was announced does not come", "image/gif", BYTES(GIF_STILL GIF_IMAGE "!\xf9\4\0\0\0\0\0"),
     IMAGE_TRUNCATED, 0},
    {"GIF: no image", "image/gif", BYTES(GIF_STILL), IMAGE_TRUNCATED, 0},
    {"WebP: its size was never filled in", "image/webp", BYTES("RIFF\0\0\0\0WEBPVP8 1234567890abcdefgh"), IMAGE_UNKNOWN,
     0},
    {"AVIF: an index and data", "image/avif", BYTES(ISO_INDEX ISO_DATA), IMAGE_WHOLE, 0},
    {"AVIF: data of 64-bit size", "image/avif",
     BYTES(ISO_INDEX "\0\0\0\1mdat\0\0\0\0\0\0\0\x14"
                     "1234"),
     IMAGE_WHOLE, 0},
    {"AVIF: more data than any file has", "image/avif",
     BYTES(ISO_INDEX "\0\0\0\1mdat\xff\xff\xff\xff\xff\xff\xff\xff"
                     "1234"),
     IMAGE_DAMAGED, 0},
    {"AVIF: data to the end", "image/avif", BYTES(ISO_INDEX "\0\0\0\0mdat12"), IMAGE_WHOLE, 0},
    {"AVIF: the data comes first, the index is missing", "image/avif",
     BYTES("\0\0\0\x10"
           "ftypavif\0\0\0\0" ISO_DATA),
     IMAGE_TRUNCATED, 0},
    {"AVIF: the data is missing", "image/avif", BYTES(ISO_INDEX), IMAGE_TRUNCATED, 0},
    {"AVIF: one more box begins", "image/avif", BYTES(ISO_INDEX ISO_DATA "\0\0\1\0mda"), IMAGE_TRUNCATED, 0},
    {"AVIF: a box that is larger than the one it is in", "image/avif",
     BYTES("\0\0\0\x14meta\0\0\0\0\0\0\1\x08iloc" ISO_DATA), IMAGE_WHOLE, 0},
    {"BMP: from the top down, with a wrong file size", "image/bmp",
     BYTES("BM\xff\xff\xff\xff\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\xfe\xff\xff\xff\1\0\x18\0" BMP_REST BMP_REST),
     IMAGE_WHOLE, 0},
    {"BMP: three rows too few", "image/bmp",
     BYTES("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\5\0\0\0\1\0\x18\0" BMP_REST BMP_REST), IMAGE_TRUNCATED, 0},
    {"BMP: the pixels begin inside the header, they say", "image/bmp",
     BYTES("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x18\0" BMP_REST BMP_REST), IMAGE_WHOLE, 0},
    {"BMP: run lengths", "image/bmp", BYTES("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x08\0\1\0\0\0"),
     IMAGE_TRUNCATED, 0},
    {"BMP: more pixels than there are numbers", "image/bmp",
     BYTES("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\0\0\0\x80\0\0\0\x80\1\0\x40\0\0\0\0\0" BMP_REST), IMAGE_UNKNOWN, 0},
    {"TIFF: a second directory that is not there", "image/tiff",
     BYTES(TIFF_HEADER "\1\0\0\1\3\0\1\0\0\0\2\0\0\0\x1c\0\0\0ab"), IMAGE_TRUNCATED, 0},
    {"TIFF: a second directory, then half an entry", "image/tiff",
     BYTES(TIFF_HEADER "\1\0\0\1\3\0\1\0\0\0\2\0\0\0\x1a\0\0\0\1\0\0\1\3\0"), IMAGE_TRUNCATED, 0},
    {"TIFF: letters for a second directory", "image/tiff",
     BYTES(TIFF_HEADER "\1\0\0\1\3\0\1\0\0\0\2\0\0\0\x1a\0\0\0lettersletters"), IMAGE_WHOLE, 0},
    {"TIFF: a second directory in front of the first", "image/tiff",
     BYTES(TIFF_HEADER "\1\0\0\1\3\0\1\0\0\0\2\0\0\0\2\0\0\0"), IMAGE_WHOLE, 0},
    {"TIFF: a big one of no entries", "image/tiff", BYTES("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"), IMAGE_TRUNCATED, 0},
    {"TIFF: of a version to come", "image/tiff", BYTES("II,\0\x08\0\0\0\x10\0\0\0"), IMAGE_UNKNOWN, 0},
};

START_TEST(oddities_are_judged_kindly) {
  struct answer answer = answer_of(oddities[_i].type, oddities[_i].data, oddities[_i].size);
  ck_assert_msg(answer.end == oddities[_i].end, "%s: %d", oddities[_i].what, answer.end);
  ck_assert_msg((int)answer.report.trailing_bytes == oddities[_i].trailing, "%s: %d trail", oddities[_i].what,
                (int)answer.report.trailing_bytes);
}
END_TEST

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Says what a check costs; fails for nothing. */
static void measure(void) {
  static const struct {
    const char *name, *type, *head;
    size_t size;
  } bodies[] = {
      {"JPEG", "image/jpeg", "\xff\xd8" JPEG_SCAN, 12},
      {"PNG", "image/png", PNG_HEADER "\1\0\0\0IDAT", 41},
      {"GIF", "image/gif", GIF_STILL ",\0\0\0\0\1\0\1\0\0\2", 30},
  };
  static uint8_t body[1 << 20];
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    for (size_t at = 0; at < sizeof body; at++)
      body[at] = (uint8_t)(random() >> 9);
    for (size_t at = 1; i == 0 && at < sizeof body; at++)
      if (body[at - 1] == 0xff) body[at] = 0;
    memcpy(body, bodies[i].head, bodies[i].size);
    double from = microseconds();
    for (int round = 0; round < 20; round++)
      answer_of(bodies[i].type, body, sizeof body);
    printf("%s of 1 MiB: %.0f MB/s\n", bodies[i].name, 20.0 * sizeof body / (microseconds() - from));
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--measure") == 0) {
    measure();
    return EXIT_SUCCESS;
  }
  Suite *suite = suite_create("structure");
  TCase *tests = tcase_create("structure");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, whole_images_are_whole, 0, SAMPLES);
  tcase_add_loop_test(tests, cut_images_are_truncated, 0, SAMPLES);
  tcase_add_loop_test(tests, what_follows_an_image_trails, 0, SAMPLES);
  tcase_add_loop_test(tests, pieces_do_not_matter, 0, SAMPLES);
  tcase_add_loop_test(tests, random_damage_does_no_harm, 0, SAMPLES);
  tcase_add_loop_test(tests, oddities_are_judged_kindly, 0, (int)(sizeof oddities / sizeof oddities[0]));
  tcase_add_test(tests, crc_sees_every_byte);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
