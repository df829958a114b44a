/* Media types: globs, essences, extensions. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "body/media_type.h"
#include "fixtures/suite.h"
#include "seine_tools.h"

static const struct {
  const char *globs, *type;
  bool accepted;
} globs[] = {
    {NULL, "text/html", true},
    {"*", "text/html", true},
    {"*/*", "text/html", true},
    {"*/*", "", false},
    {"image/*", "image/jpeg", true},
    {"image/*", "image/", true},
    {"image/*", "image", false},
    {"image/*", "video/mp4", false},
    {"IMAGE/*", "image/jpeg", true},
    {"image/jpeg", "IMAGE/JPEG", true},
    {"image/jpeg", "image/jpegx", false},
    {"image/jpeg", "image/jpe", false},
    {"image/jpeg", "ximage/jpeg", false},
    {"image/png,image/gif", "image/gif", true},
    {" image/png , image/gif ", "image/gif", true},
    {"image/png,,image/gif", "image/gif", true},
    {"image/png,image/gif", "image/webp", false},
    {"image/?*", "image/webp", true},
    {"image/?*", "image/", false},
    {"image/???", "image/png", true},
    {"image/???", "image/webp", false},
    {"*/*xml", "image/svg+xml", true},
    {"*+*", "image/svg+xml", true},
    {"a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    {"", "image/png", false},
    {",", "image/png", false},
    {"[i]mage/*", "image/png", false},
};

START_TEST(globs_accept) {
  ck_assert_int_eq(media_accepts(globs[_i].globs, globs[_i].type), globs[_i].accepted);
}
END_TEST

static const struct {
  const char *value, *essence;
} essences[] = {
    {"image/jpeg", "image/jpeg"},
    {"Image/JPEG; charset=binary", "image/jpeg"},
    {"  image/png", "image/png"},
    {"image/png ", "image/png"},
    {"image/png\r\n", "image/png"},
    {"image/png,image/png", "image/png"},
    {"image/jpg", "image/jpeg"},
    {"IMAGE/PJPEG;q=1", "image/jpeg"},
    {"image/x-png", "image/png"},
    {"image/x-ms-bmp", "image/bmp"},
    {"image/svg", "image/svg+xml"},
    {"image/qoi", "image/x-qoi"},
    {"image/avif-sequence", "image/avif"},
    {"video/x-jng", "image/x-jng"},
    {"image/x-mvg", "text/x-mvg"},
    {"application/acrobat", "application/pdf"},
    {"application/x-zip-compressed", "application/zip"},
    {"audio/mp3", "audio/mpeg"},
    {"image/apng", "image/apng"},
    {"image/jpe", "image/jpeg"},
    {"image/jpeg2000", "image/jp2"},
    {"image/tif", "image/tiff"},
    {"image/vnd.mozilla.apng", "image/apng"},
    {"image/x-xyz", "image/x-xyz"},
    {"text/x-svg", "image/svg+xml"},
    {"video/x-m4v", "video/mp4"},
    {"image/vnd.microsoft.icon", "image/x-icon"},
    {"text/html;charset=utf-8", "text/html"},
    {"image/svg+xml", "image/svg+xml"},
    {NULL, ""},
    {"", ""},
    {"image", ""},
    {"image/", ""},
    {"/jpeg", ""},
    {"/image/jpeg", ""},
    {"jpeg;image/jpeg", ""},
    {"image/jpeg/x", ""},
    {"image/jp eg", "image/jp"},
    {"image\n/jpeg", ""},
    {"image/\xc3\xa9", ""},
    {"image/jpeg\x1b", ""},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b", ""},
    {"b/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
};

START_TEST(essences_are_read) {
  char essence[MEDIA_TYPE_MAX];
  media_essence(essences[_i].value, essence, sizeof(essence));
  ck_assert_str_eq(essence, essences[_i].essence);
}
END_TEST

START_TEST(an_essence_that_does_not_fit_is_none) {
  char essence[10] = "x";
  media_essence("image/png", essence, sizeof(essence));
  ck_assert_str_eq(essence, "image/png");
  media_essence("image/webp", essence, sizeof(essence));
  ck_assert_str_eq(essence, "");
  media_essence("image/jpg", essence, sizeof(essence)); /* its usual name is longer */
  ck_assert_str_eq(essence, "");
  media_essence("image/png", essence, 0);
}
END_TEST

static const struct {
  const char *essence;
  bool specific;
} specifics[] = {
    {"image/jpeg", true},
    {"text/html", true},
    {"text/plain", true},
    {"application/json", true},
    {"application/octet-stream", false},
    {"binary/octet-stream", false},
    {"application/force-download", false},
    {"application/x-download", false},
    {"unknown/unknown", false},
    {"application/unknown", false},
    {"", false},
    {NULL, false},
};

START_TEST(some_types_say_nothing) {
  ck_assert_int_eq(media_is_specific(specifics[_i].essence), specifics[_i].specific);
}
END_TEST

static const struct {
  const char *declared;
  bool reliable;
} declarations[] = {
    {"image/jpeg", true},
    {"text/html; charset=utf-8", true},
    {"application/xhtml+xml", true},
    {"application/json", true},
    {"application/problem+json", true},
    {"application/xml", true},
    {"application/pdf", true},
    {"video/mp4", true},
    {"application/vnd.oasis.opendocument.graphics", true},
    {"text/plain", false},
    {"text/plain; charset=UTF-8", false},
    {"application/octet-stream", false},
    {"application/octetstream", false},
    {"binary/octet-stream", false},
    {"unknown/unknown", false},
    {"application/force-download", false},
    {"application/x-image", false},
    {"image/x-unheard-of", false},
    {"image/unheard-of", false},
    {"jpg", false},
    {"jpeg/image", false},
    {"file/jpg", false},
    {"text/x-trash", false},
    {"", false},
    {NULL, false},
};

START_TEST(some_declared_types_are_not_believed) {
  char essence[MEDIA_TYPE_MAX];
  media_essence(declarations[_i].declared, essence, sizeof essence);
  ck_assert_int_eq(media_is_reliable(essence), declarations[_i].reliable);
}
END_TEST

static const struct {
  const char *type, *extension;
} extensions[] = {
    {"image/jpeg", ".jpg"},
    {"image/jpg", ".jpg"},
    {"image/png", ".png"},
    {"image/gif", ".gif"},
    {"image/webp", ".webp"},
    {"image/avif", ".avif"},
    {"image/svg+xml", ".svg"},
    {"image/tiff", ".tif"},
    {"image/bmp", ".bmp"},
    {"image/x-ms-bmp", ".bmp"},
    {"image/x-icon", ".ico"},
    {"image/x-win-bitmap", ".cur"},
    {"image/heif-sequence", ".heifs"},
    {"image/heic-sequence", ".heics"},
    {"image/x-qoi", ".qoi"},
    {"image/qoi", ".qoi"},
    {"image/jls", ".jls"},
    {"image/jxr", ".jxr"},
    {"image/bpg", ".bpg"},
    {"image/x-jp2-codestream", ".j2c"},
    {"image/x-portable-arbitrarymap", ".pam"},
    {"image/x-eps", ".eps"},
    {"image/wmf", ".wmf"},
    {"image/x-icns", ".icns"},
    {"image/fits", ".fits"},
    {"image/x-canon-cr2", ".cr2"},
    {"text/html", ".html"},
    {"text/plain", ".txt"},
    {"application/pdf", ".pdf"},
    {"video/mp4", ".mp4"},
    {"audio/mpeg", ".mp3"},
    {"IMAGE/JPEG;x", ".jpg"},
    {"application/octet-stream", ""},
    {"x/y", ""},
    {"", ""},
    {NULL, ""},
};

START_TEST(extensions_are_those_people_expect) {
  ck_assert_str_eq(seine_type_extension(extensions[_i].type), extensions[_i].extension);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("media");
  TCase *tests = tcase_create("media");
  tcase_add_loop_test(tests, globs_accept, 0, COUNT(globs));
  tcase_add_loop_test(tests, essences_are_read, 0, COUNT(essences));
  tcase_add_test(tests, an_essence_that_does_not_fit_is_none);
  tcase_add_loop_test(tests, some_types_say_nothing, 0, COUNT(specifics));
  tcase_add_loop_test(tests, some_declared_types_are_not_believed, 0, COUNT(declarations));
  tcase_add_loop_test(tests, extensions_are_those_people_expect, 0, COUNT(extensions));
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
