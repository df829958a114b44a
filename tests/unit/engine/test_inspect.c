/* What bytes are, and their digests. */
#include <check.h>
#include <magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "body/inspect.h"
#include "body/large_body.h"
#include "fixtures/image_samples.h"
#include "fixtures/suite.h"
#include "seine.h"
#include "seine_tools.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
  const char *head;
  size_t size;
  const char *type;
  int fill; /* what the rest of 16 KB is: a byte, -1 for random ones, -2 for no rest */
} bodies[] = {
    {BYTES("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xdb\0\x43\0"), "image/jpeg", -1},
    {BYTES("\xff\xd8\xff\xe1\x12\x34"
           "Exif\0\0MM\0*"),
     "image/jpeg", -1},
    {BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40\x08\2\0\0\0"), "image/png", -1},
    {BYTES("GIF89a\x40\0\x40\0\xf7\0\0"), "image/gif", -1},
    {BYTES("GIF87a\x40\0\x40\0\xf7\0\0"), "image/gif", -1},
    {BYTES("RIFF\xf8\x3f\0\0WEBPVP8 \xec\x3f\0\0\x30\1\0\x9d\1\x2a\x40\0\x40\0"), "image/webp", -1},
    {BYTES("RIFF\xf8\x3f\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0"), "image/webp", -1},
    {BYTES("RIFF\xf8\x3f\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x44\xac\0\0\x10\xb1\2\0\4\0\x10\0data"), "audio/wav", -1},
    {BYTES("BM\0\x40\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x40\0\0\0\x40\0\0\0\1\0\x18\0\0\0\0\0"), "image/bmp", -1},
    {BYTES("II*\0\x08\0\0\0\x10\0\xfe\0"), "image/tiff", -1},
    {BYTES("\0\0\0\x20"
           "ftypavif\0\0\0\0avifmif1miaf"),
     "image/avif", -1},
    {BYTES("\0\0\0\x18"
           "ftypheic\0\0\0\0mif1heic"),
     "image/heic", -1},
    {BYTES("\0\0\0\x18"
           "ftypmp42\0\0\0\0mp42isom"),
     "video/mp4", -1},
    {BYTES("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), "application/pdf", -1},
    {BYTES("PK\3\4\x14\0\0\0\x08\0\x21\x5a\x75\x5b\1\2\3\4\x10\0\0\0\x20\0\0\0\5\0\0\0a.txt"), "application/zip", -1},
    {BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3"), "application/gzip", -1},
    {BYTES("<!DOCTYPE html>\n<html><head><title>404</title></head><body>"), "text/html", 'x'},
    {BYTES("\n\n  <html><body>gone"), "text/html", ' '},
    {BYTES("<HTML><HEAD><TITLE>x"), "text/html", -2},
    {BYTES("<!doctype html><meta charset=utf-8>\xe2\x80\xa6"), "text/html", 'x'},
    {BYTES("<!DOCTYPE html>\n<html>a stray\0zero"), "text/html", ' '},
    {BYTES("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\">"), "image/svg+xml", ' '},
    {BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\">"), "image/svg+xml", ' '},
    {BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "image/svg+xml", -2},
    {BYTES("<?xml version=\"1.0\"?>\n<feed>"), "text/xml", ' '},
    {BYTES("{\"error\": \"not found\", \"code\": 404}"), "application/json", -2},
    {BYTES("just words, and then more of them\n"), "text/plain", 'w'},
    {BYTES("caf\xe9 in the encoding of old\n"), "text/plain", -2},
    {BYTES("\xff\xfeh\0e\0l\0l\0o\0 \0y\0o\0u\0"), "text/plain", -2},
    {BYTES("x"), "application/octet-stream", -1},
    {BYTES("\0\1\2\3"), "application/octet-stream", -2},
    {BYTES(""), "application/octet-stream", -2},
};
#define BODIES ((int)(sizeof(bodies) / sizeof(bodies[0])))

static size_t body_make(int number, uint8_t body[16384]) {
  srandom(7);
  for (size_t i = 0; i < 16384; i++)
    body[i] = bodies[number].fill < 0 ? (uint8_t)(random() >> 9) : (uint8_t)bodies[number].fill;
  memcpy(body, bodies[number].head, bodies[number].size);
  return bodies[number].fill == -2 ? bodies[number].size : 16384;
}

/* One inspector for all: what was seen before must not matter. */
START_TEST(bytes_show_their_type) {
  static uint8_t body[16384];
  struct inspector *inspector;
  char type[INSPECT_TYPE_MAX];
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < BODIES; i++) {
      size_t size = body_make(i, body);
      ck_assert_int_eq(inspector_type(inspector, body, size, type), 0);
      ck_assert_msg(strcmp(type, bodies[i].type) == 0, "body %d is %s, not %s", i, type, bodies[i].type);
    }
  }
  inspector_close(inspector);
}
END_TEST

static void compare(struct inspector *inspector, magic_t magic, const uint8_t *body, size_t size) {
  char type[INSPECT_TYPE_MAX], essence[INSPECT_TYPE_MAX];
  ck_assert_int_eq(inspector_type(inspector, body, size, type), 0);
  media_essence(magic_buffer(magic, body, size), essence, sizeof(essence));
  ck_assert_msg(strcmp(type, essence) == 0, "%s, but libmagic says %s (%02x %02x %02x %02x)", type, essence, body[0],
                body[1], body[2], body[3]);
}

/* Types that are known without libmagic are those that it would have found. */
START_TEST(short_cuts_end_where_libmagic_does) {
  static uint8_t body[16384];
  struct inspector *inspector;
  magic_t magic = magic_open(MAGIC_MIME_TYPE);
  ck_assert_int_eq(magic_load(magic, NULL), 0);
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int i = 0; i < SAMPLES; i++)
    for (size_t size = 40; size <= samples[i].size; size++)
      if (i < 10) compare(inspector, magic, samples[i].data, size);
  for (int i = 0; i < 7; i++)
    compare(inspector, magic, body, body_make(i, body));
  body_make(0, body);
  for (int marker = 0xc0; marker < 0x100; marker++) {
    if (marker == 0xf7) continue; /* JPEG-LS, for which libmagic has no type of its own */
    body[3] = (uint8_t)marker;
    compare(inspector, magic, body, sizeof(body));
  }
  inspector_close(inspector);
  magic_close(magic);
}
END_TEST

static void write_rules(const char *path, const char *text, size_t size) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, size, file), size);
  ck_assert_int_eq(fclose(file), 0);
}

/* Of all the rules that libmagic would load, none is left out in silence: with the others, the answer would be
 * another. */
START_TEST(rules_are_all_there_or_an_error) {
  static const struct {
    const char *own; /* rules in a file before the others; NULL: there is no such file */
    const char *rest; /* what comes after it; NULL: libmagic's own */
    int error;
    const char *type; /* of bytes that the rules know */
  } cases[] = {
      {"0 string SEINE a sample\n!:mime application/x-seine\n", NULL, 0, "application/x-seine"},
      {"# nothing but a comment\n\n", NULL, 0, "text/plain"},
      {NULL, NULL, 0, "text/plain"},
      {"0 string\n", NULL, 0, "text/plain"},
      {"0 string SEINE a sample\n!:mime application/x-seine\n", ":cut.mgc", SEINE_ELIBRARY, NULL},
      {"# nothing but a comment\n", "", SEINE_ELIBRARY, NULL},
      {NULL, "", SEINE_ELIBRARY, NULL},
  };
  static const uint8_t page[] = "<!DOCTYPE html><title>x</title>", own[] = "SEINE and words";
  char *usual = strdup(magic_getpath(NULL, 0));
  write_rules("cut.mgc", "\x1c\x04\x1e\xf1\x12\0\0\0", 8);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct inspector *inspector;
    char type[INSPECT_TYPE_MAX], path[128];
    if (cases[i].own) write_rules("own.rules", cases[i].own, strlen(cases[i].own));
    snprintf(path, sizeof(path), "own.rules%s%s", cases[i].rest ? cases[i].rest : ":", cases[i].rest ? "" : usual);
    setenv("MAGIC", path, 1);
    ck_assert_int_eq(inspector_open(&inspector), 0);
    ck_assert_msg(inspector_type(inspector, own, sizeof(own) - 1, type) == cases[i].error, "case %zu", i);
    if (cases[i].type) ck_assert_str_eq(type, cases[i].type);
    ck_assert_int_eq(inspector_type(inspector, page, sizeof(page) - 1, type), cases[i].error);
    if (cases[i].type) ck_assert_str_eq(type, "text/html");
    inspector_close(inspector);
    remove("own.rules");
  }
  free(usual);
  unsetenv("MAGIC");
  remove("cut.mgc");
}
END_TEST

/* A body is the same whether it is looked at whole, or came through a stream; and so is one that was cut. */
START_TEST(images_end_in_memory_and_in_streams) {
  struct inspector *inspector;
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int i = 0; i < SAMPLES; i++) {
    for (size_t size = samples[i].size; size > samples[i].size / 2; size -= size / 4) {
      struct inspection seen = {.wants_md5 = i % 2};
      struct stream *stream = stream_new(NULL, false, i % 2);
      size_t grown, most;
      ck_assert_int_eq(inspector_run(inspector, samples[i].data, size, &seen), 0);
      ck_assert_int_eq(seen.truncated, size < samples[i].size);
      for (size_t at = 0; at < size; at += most) {
        most = at ? 30 : 48; /* enough for the type to be seen */
        ck_assert(stream_add(stream, samples[i].data + at, most < size - at ? most : size - at, &grown));
        stream->ended = at + most >= size;
        stream_load(stream);
        stream_work(stream, inspector);
        ck_assert_int_eq(stream->failure.error, 0);
        stream_unload(stream);
      }
      struct inspection streamed = stream->seen;
      stream_free(stream);
      ck_assert_str_eq(streamed.type, seen.type);
      ck_assert_mem_eq(streamed.sha256, seen.sha256, 32);
      ck_assert_int_eq(streamed.truncated, seen.truncated);
      ck_assert_uint_eq(streamed.width, seen.width);
      ck_assert_uint_eq(streamed.height, seen.height);
      ck_assert_uint_eq(streamed.trailing_bytes, seen.trailing_bytes);
    }
  }
  inspector_close(inspector);
}
END_TEST

static void hex(const uint8_t digest[32], char text[65]) {
  for (int i = 0; i < 32; i++)
    sprintf(text + 2 * i, "%02x", digest[i]);
}

static const struct {
  const char *text, *digest;
} sha256_batch[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(digests_are_right_however_the_bytes_come) {
  struct digest *digest;
  struct inspector *inspector;
  ck_assert_int_eq(digest_open(&digest, DIGEST_SHA256), 0);
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (size_t i = 0; i < sizeof(sha256_batch) / sizeof(sha256_batch[0]); i++) {
    size_t length = strlen(sha256_batch[i].text);
    uint8_t once[32], free_list[32];
    struct inspection seen = {0};
    char text[65];
    seine_sha256(sha256_batch[i].text, length, once);
    hex(once, text);
    ck_assert_str_eq(text, sha256_batch[i].digest);
    ck_assert_int_eq(digest_start(digest), 0);
    ck_assert_int_eq(digest_add(digest, "forgotten", 9), 0);
    ck_assert_int_eq(digest_start(digest), 0);
    for (size_t at = 0; at < length; at++)
      ck_assert_int_eq(digest_add(digest, sha256_batch[i].text + at, 1), 0);
    ck_assert_int_eq(digest_end(digest, free_list), 0);
    ck_assert_mem_eq(free_list, once, 32);
    ck_assert_int_eq(inspector_run(inspector, (const uint8_t *)sha256_batch[i].text, length, &seen), 0);
    ck_assert_mem_eq(seen.sha256, once, 32);
  }
  inspector_close(inspector);
  digest_close(digest);
}
END_TEST

/* Each has what libcrypto finds for it alone: of every size about a block's, a job's most and nothing, in batches of
 * every count. */
START_TEST(a_batch_has_the_digest_of_each) {
  static uint8_t bytes[SHA256_BATCH_MAX][66000];
  static const size_t sizes[] = {0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 16384, 65534, 65535, 66000};
  unsigned seed = (unsigned)time(NULL);
  struct inspector *inspector;
  printf("seed %u\n", seed);
  srandom(seed);
  for (size_t i = 0; i < SHA256_BATCH_MAX; i++)
    for (size_t k = 0; k < sizeof bytes[i]; k++)
      bytes[i][k] = (uint8_t)(random() >> 9);
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (size_t count = 1; count <= SHA256_BATCH_MAX; count++) {
    struct inspection seen[SHA256_BATCH_MAX] = {{.wants_md5 = false}};
    struct inspect_job looks[SHA256_BATCH_MAX];
    for (size_t i = 0; i < count; i++) {
      size_t drawn = (size_t)random(), known = sizes[drawn % (sizeof sizes / sizeof *sizes)];
      looks[i] =
          (struct inspect_job){.data = bytes[i], .size = i % 3 ? drawn % 3000 : known, .seen = &seen[i], .error = -1};
    }
    inspector_run_many(inspector, looks, count);
    for (size_t i = 0; i < count; i++) {
      uint8_t alone[32];
      seine_sha256(looks[i].data, looks[i].size, alone);
      ck_assert_int_eq(looks[i].error, 0);
      ck_assert_msg(memcmp(seen[i].sha256, alone, 32) == 0, "%zu bytes, %zu of %zu", looks[i].size, i, count);
    }
  }
  inspector_close(inspector);
}
END_TEST

/* Whatever the bytes, an answer comes, and it is a type. */
START_TEST(random_bytes_do_no_harm) {
  unsigned seed = (unsigned)time(NULL);
  struct inspector *inspector;
  printf("seed %u\n", seed);
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int i = 0; i < 300; i++) {
    static uint8_t body[16384];
    struct inspection seen = {0};
    char essence[MEDIA_TYPE_MAX];
    size_t size = body_make(i % BODIES, body);
    srandom(seed + (unsigned)i);
    for (int change = 0; change < 40 && size; change++)
      body[(size_t)random() % (size < 200 ? size : 200)] = (uint8_t)random();
    size = (size_t)random() % (size + 1);
    ck_assert_int_eq(inspector_run(inspector, body, size, &seen), 0);
    media_essence(seen.type, essence, sizeof(essence));
    ck_assert_str_eq(essence, seen.type);
    ck_assert_str_ne(essence, "");
  }
  inspector_close(inspector);
}
END_TEST

/* Says what a look costs; fails for nothing. */
static void measure(void) {
  static uint8_t body[16384];
  static const struct {
    const char *name;
    int number;
  } looks[] = {{"JPEG", 0}, {"PNG", 2}, {"GIF", 3}, {"WebP", 5}, {"HTML", 16}, {"text", 26}, {"unknown", 29}};
  struct inspector *inspector;
  if (inspector_open(&inspector) != 0) return;
  for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
    struct inspection seen = {0};
    struct timespec from, to;
    size_t size = body_make(looks[i].number, body);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int look = 0; look < 200; look++)
      inspector_run(inspector, body, size, &seen);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%s of 16 KB: %.1f us a look\n", looks[i].name,
           ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / 200e3);
  }
  inspector_close(inspector);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--measure") == 0) {
    measure();
    return EXIT_SUCCESS;
  }
  Suite *suite = suite_create("inspect");
  TCase *tests = tcase_create("inspect");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, bytes_show_their_type);
  tcase_add_test(tests, short_cuts_end_where_libmagic_does);
  tcase_add_test(tests, rules_are_all_there_or_an_error);
  tcase_add_test(tests, images_end_in_memory_and_in_streams);
  tcase_add_test(tests, digests_are_right_however_the_bytes_come);
  tcase_add_test(tests, a_batch_has_the_digest_of_each);
  tcase_add_test(tests, random_bytes_do_no_harm);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
