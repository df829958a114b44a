/* Types by first bytes, with and without libmagic's help: images behind any prologue, weak marks, and what is none. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body/inspect.h"
#include "body/markup.h"
#include "body/sniff.h"
#include "fixtures/suite.h"
#include "seine_tools.h"

#define BYTES(text) text, sizeof(text) - 1
#define SVG         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\"><title>t</title><style>a{}</style></svg>"

static const struct {
  const char *head;
  size_t size;
  const char *type; /* NULL: not an image */
} bodies[] = {
    /* SVG, by its root element. */
    {BYTES(SVG), "image/svg+xml"},
    {BYTES("\n\t  " SVG), "image/svg+xml"},
    {BYTES("\xef\xbb\xbf" SVG), "image/svg+xml"},
    {BYTES("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" SVG), "image/svg+xml"},
    {BYTES("<!-- made by hand, with > and < in it -->\n<!---->" SVG), "image/svg+xml"},
    {BYTES("<?xml version='1.0'?><?xml-stylesheet href=\"a.css\"?><!-- a -->\r\n" SVG), "image/svg+xml"},
    {BYTES("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/G/SVG/1.1/D/svg11.dtd\">" SVG),
     "image/svg+xml"},
    {BYTES("<!DOCTYPE svg [<!ENTITY a \"]>\"> <!-- ' --> <!ENTITY b 'x'>]>" SVG), "image/svg+xml"},
    {BYTES("<!doctype svg>" SVG), "image/svg+xml"},
    {BYTES("<!DOCTYPE svg [<!ENTITY a \"never ends"), "image/svg+xml"},
    {BYTES("<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\"/>"), "image/svg+xml"},
    {BYTES("<ns0:svg\nxmlns:ns0=\"http://www.w3.org/2000/svg\"/>"), "image/svg+xml"},
    {BYTES("\xff\xfe<\0s\0v\0g\0 \0x\0=\0\"\0\"\0/\0>\0"), "image/svg+xml"},
    {BYTES("\xfe\xff\0<\0s\0v\0g\0/\0>"), "image/svg+xml"},
    {BYTES("<\0!\0-\0-\0\x11\x22-\0-\0>\0<\0s\0v\0g\0>\0"), "image/svg+xml"},
    {BYTES("<!-- <svg> --><html><body>" SVG "</body></html>"), NULL},
    {BYTES("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body>" SVG), NULL},
    {BYTES("<?xml version=\"1.0\"?><feed>" SVG), NULL},
    {BYTES("<!DOCTYPE html><title>a</title>" SVG), NULL},
    {BYTES("words before " SVG), NULL},
    {BYTES("<svgx xmlns=\"a\"/>"), NULL},
    {BYTES("<!-- a comment that does not end " SVG), NULL},
    /* HEIF, by its brands. */
    {BYTES("\0\0\0\x1c"
           "ftypavif\0\0\0\0mif1avif"),
     "image/avif"},
    {BYTES("\0\0\0\x1c"
           "ftypmif1\0\0\0\0mif1avifmiaf"),
     "image/avif"},
    {BYTES("\0\0\0\x18"
           "ftypmif1\0\0\0\0heicmif1"),
     "image/heic"},
    {BYTES("\0\0\0\x18"
           "ftypheix\0\0\0\0mif1heix"),
     "image/heic"},
    {BYTES("\0\0\0\x18"
           "ftypmif1\0\0\0\0mif1miaf"),
     "image/heif"},
    {BYTES("\0\0\0\x18"
           "ftypavci\0\0\0\0mif1avci"),
     "image/heif"},
    {BYTES("\0\0\0\x18"
           "ftypvvic\0\0\0\0mif1vvic"),
     "image/heif"},
    {BYTES("\0\0\0\x18"
           "ftypj2ki\0\0\0\0mif1j2ki"),
     "image/heif"},
    {BYTES("\0\0\0\x14"
           "ftypmif3\0\0\0\0heic"),
     "image/heic"},
    {BYTES("\0\0\0\x10"
           "ftypmif3\0\0\0\0"),
     "image/heif"},
    {BYTES("\0\0\0\x10"
           "ftypmif3avif"),
     "image/avif"},
    {BYTES("\0\0\0\x18"
           "ftypmsf1\0\0\0\0msf1isom"),
     "image/heif-sequence"},
    {BYTES("\0\0\0\x18"
           "ftyphevc\0\0\0\0msf1hevc"),
     "image/heic-sequence"},
    {BYTES("\0\0\0\x18"
           "ftypmp42\0\0\0\0mp42isom"),
     NULL},
    /* Brands end with their box. */
    {BYTES("\0\0\0\x14"
           "ftypisom\0\0\0\0isomavif"),
     NULL},
    /* Marks, and what must follow them. */
    {BYTES("\xff\xd8\xff\xf7\0\x0b\x08\0\x20\0\x1f\1\1\x11\0"), "image/jls"},
    {BYTES("\xff\xd8\xff\xd9"), "image/jpeg"},
    {BYTES("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"), "image/tiff"},
    {BYTES("MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10"), "image/tiff"},
    {BYTES("MM\0*\0\0\0\x08\0\1"), "image/tiff"},
    {BYTES("II*\0\x10\0\0\0CR\2\0"), "image/x-canon-cr2"},
    {BYTES("DDS \x7c\0\0\0\7\x10\0\0"), "image/vnd.ms-dds"},
    {BYTES("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n"), "image/vnd.radiance"},
    {BYTES("#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n"), "image/vnd.radiance"},
    {BYTES("\x01\xda\0\1\0\2\0\3\0\1\0\1"), "image/sgi"},
    {BYTES("\x01\xda\7\1\0\2\0\3\0\1\0\1"), NULL},
    {BYTES("PF\n3 2\n-1.0\nabcd"), "image/x-portable-floatmap"},
    {BYTES("PF\nnotes on something\n"), NULL},
    {BYTES("\x59\xa6\x6a\x95\0\0\0\1"), "image/x-sun-raster"},
    {BYTES("FLIF41\2\2"), "image/flif"},
    {BYTES("FLIF is a format"), NULL},
    {BYTES("farbfeld\0\0\0\1\0\0\0\1abcdefgh"), "image/x-farbfeld"},
    {BYTES("farbfeld is a format of suckless"), NULL},
    {BYTES("\1\0\0\0\x6c\0\0\0................................ EMF"), "image/emf"},
    {BYTES("#define x_width 16\n#define x_height 7\nstatic char x_bits[] = {0};"), "image/x-xbitmap"},
    {BYTES("#define width 8\n#define height 2\n"), "image/x-xbitmap"},
    {BYTES("#define bandwidth 8\nint main(void);\n"), NULL},
    {BYTES("#define x_width y\nint main(void);\n"), NULL},
    {BYTES("\0\0\x09\2\1\2\3\4"), "image/vnd.wap.wbmp"},
    {BYTES("\0\0\x09\2\1\2\3\4\5"), NULL},
    {BYTES("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n"), "image/x-eps"},
    {BYTES("%!PS-Adobe-3.0\n%%Pages: 1\n"), NULL},
    {BYTES("BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\1\0\1\0\1\0\x18\0\0\0\0\0"), "image/bmp"},
    {BYTES("BMW is a maker of cars, and this is a sentence about it\n"), NULL},
    /* Icons, cursors, and TGA, whose rule would take them. */
    {BYTES("\0\0\1\0\1\0\0\0\0\0\1\0\x20\0\x28\1\0\0\x16\0\0\0abc"), "image/x-icon"},
    {BYTES("\0\0\2\0\1\0\x10\x10\0\0\4\0\4\0\x28\1\0\0\x16\0\0\0abc"), "image/x-win-bitmap"},
    {BYTES("\0\0\1\0\1\0\0\0\0\7\1\0\x20\0\x28\1\0\0\x16\0\0\0abc"), NULL},
    {BYTES("\0\0\2\0\0\0\0\0\0\0\0\0\2\0\1\0\x18\x20"
           "abcdef"),
     "image/x-tga"},
    {BYTES("\0\0\2\0\0\0\0\0\0\0\0\0\2\0\2\0\x18\x20"
           "abcdef"),
     NULL},
    {BYTES("\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17"), NULL},
    {BYTES("\0\0\1\1\0\0\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"), NULL},
    {BYTES("\xfe\1\x09\x0c\3\0\0\x10\1\0\0\x30\0\0\x10\0\x0f\0\0\0\0\0\0\0"), NULL},
    /* A script of ImageMagick is none. */
    {BYTES("push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'a.jpg'\npop graphic-context\n"), NULL},
};

START_TEST(bodies_show_whether_they_are_images) {
  struct inspector *inspector;
  char type[INSPECT_TYPE_MAX];
  ck_assert_int_eq(inspector_open(&inspector), 0);
  ck_assert_int_eq(inspector_type(inspector, (const uint8_t *)bodies[_i].head, bodies[_i].size, type), 0);
  if (bodies[_i].type)
    ck_assert_str_eq(type, bodies[_i].type);
  else
    ck_assert_msg(strncmp(type, "image/", 6) != 0, "%s", type);
  inspector_close(inspector);
}
END_TEST

/* Each type that has a rule here has an extension. */
START_TEST(each_type_has_an_extension) {
  if (bodies[_i].type) ck_assert_str_ne(seine_type_extension(bodies[_i].type), "");
}
END_TEST

/* Cut anywhere, no rule reads past the end; nor does a large prologue hide the root. */
START_TEST(cuts_are_read_to_their_end) {
  for (size_t size = 1; size <= bodies[_i].size; size++) {
    char name[MARKUP_NAME_MAX];
    uint8_t *cut = malloc(size);
    memcpy(cut, bodies[_i].head, size);
    const char *type = sniff_type(cut, size);
    (void)sniff_checked(type ? type : "image/x-tga", cut, size);
    markup_root(cut, size, name);
    free(cut);
  }
}
END_TEST

START_TEST(a_root_is_found_far_behind) {
  static char page[MARKUP_HEAD_MAX + 100];
  char name[MARKUP_NAME_MAX];
  for (size_t comment = 4000; comment < sizeof page; comment += 20000) {
    size_t size = (size_t)snprintf(page, sizeof page, "<!--%*s--><a:svg>", (int)comment, "");
    if (size >= sizeof page) size = sizeof page - 1;
    markup_root((const uint8_t *)page, size, name);
    ck_assert_str_eq(name, comment + 20 < MARKUP_HEAD_MAX ? "svg" : "");
  }
  markup_root((const uint8_t *)BYTES("<averyveryveryveryveryveryverylongname>"), name);
  ck_assert_str_eq(name, "averyveryveryveryveryveryverylo");
}
END_TEST

/* Bytes with low values at their beginning are taken for an image by some of libmagic's rules. */
START_TEST(low_bytes_are_seldom_an_image) {
  struct inspector *inspector;
  char type[INSPECT_TYPE_MAX];
  int images = 0;
  srandom(5);
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int round = 0; round < 500; round++) {
    uint8_t body[600];
    for (size_t i = 0; i < sizeof body; i++)
      body[i] = (uint8_t)(random() % (i < 20 ? 4 : 256));
    ck_assert_int_eq(inspector_type(inspector, body, sizeof body, type), 0);
    if (strncmp(type, "image/", 6) == 0) printf("%s\n", type);
    images += strncmp(type, "image/", 6) == 0;
  }
  ck_assert_msg(images <= 2, "%d of 500", images);
  inspector_close(inspector);
}
END_TEST

int main(void) {
  int count = (int)(sizeof bodies / sizeof bodies[0]);
  Suite *suite = suite_create("sniff");
  TCase *tests = tcase_create("sniff");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, bodies_show_whether_they_are_images, 0, count);
  tcase_add_loop_test(tests, each_type_has_an_extension, 0, count);
  tcase_add_loop_test(tests, cuts_are_read_to_their_end, 0, count);
  tcase_add_test(tests, a_root_is_found_far_behind);
  tcase_add_test(tests, low_bytes_are_seldom_an_image);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
