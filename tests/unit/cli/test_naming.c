/* Names of files: templates, presets, and whatever a URL or a server may try to put into them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/utf8.h"
#include "fixtures/scale.h"
#include "fixtures/suite.h"
#include "output/naming.h"
#include "seine.h"

#define A10        "aaaaaaaaaa"
#define A50        A10 A10 A10 A10 A10
#define A100       A50 A50
#define A200       A100 A100
#define E_ACUTE_10 "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
#define E_ACUTE_100                                                                                                    \
  E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10

static const uint8_t sha256[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                   0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                   0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
#define SHA256_HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

struct row {
  const char *template, *url, *type, *expected;
  const char *disposition;
  bool distinct;
  uint64_t id;
};

static const struct {
  const char *template, *url, *type, *expected;
} rows[] = {
    /* The presets. What looks like 16 hex digits is the beginning of the URL's SHA-256. */
    {"url", "http://h.example/cat.jpg", "image/jpeg", "cat-d115062d4c42e3de.jpg"},
    {"url", "http://h.example/", "image/png", "index-4944fe919acd0368.png"},
    {"sha256", "http://h/cat", "image/png", "ba/" SHA256_HEX ".png"},
    {"sha256", "http://h/cat", NULL, "ba/" SHA256_HEX},
    {"path", "http://h.example/a/b/c.jpg", "image/jpeg", "h.example/a/b/c.jpg"},

    /* {stem} and {ext}. */
    {"{stem}{ext}", "http://h/a/b/cat.jpg", "image/jpeg", "cat.jpg"},
    {"{stem}{ext}", "http://h/cat.jpg", "image/png", "cat.png"},
    {"{stem}{ext}", "http://h/cat.jpg", NULL, "cat"},
    {"{stem}{ext}", "http://h/cat.jpg", "application/x-no-such-type", "cat.jpg"},
    {"{stem}{ext}", "http://h/cat", "image/jpeg", "cat.jpg"},
    {"{stem}{ext}", "http://h/cat.jpg?width=100&x=/../..", "image/jpeg", "cat.jpg"},
    {"{stem}{ext}", "http://h/photo.final.JPG", "image/jpeg", "photo.final.jpg"},
    {"{stem}{ext}", "http://h/v1.25", "image/jpeg", "v1.25.jpg"},
    {"{stem}{ext}", "http://h/a.backup2020", "image/jpeg", "a.backup2020.jpg"},
    {"{stem}{ext}", "http://h/", "image/jpeg", "index.jpg"},
    {"{stem}{ext}", "http://h", "image/jpeg", "index.jpg"},
    {"{stem}{ext}", "http://h/a/", "image/jpeg", "index.jpg"},
    {"{stem}{ext}", "http://h/cat%20dog.jpg", "image/jpeg", "cat dog.jpg"},
    {"{stem}{ext}", "http://h/cat+dog.jpg", "image/jpeg", "cat+dog.jpg"},
    {"{stem}{ext}", "http://h/%C3%A9t%C3%A9.jpg", "image/jpeg", "\u00e9t\u00e9.jpg"},
    {"{stem}{ext}", "http://h/%E7%8C%AB.jpg", "image/jpeg", "\u732b.jpg"},
    {"{stem}{ext}", "http://h/%F0%9F%90%88.jpg", "image/jpeg", "\U0001f408.jpg"},
    {"{stem}{ext}", "http://h/%E9t%E9.jpg", "image/jpeg", "%E9t%E9.jpg"},
    {"{stem}{ext}", "http://h/%ff%fe.jpg", "image/jpeg", "%ff%fe.jpg"},
    {"{stem}{ext}", "http://h/%C3%A9%ff.jpg", "image/jpeg", "%C3%A9%ff.jpg"},
    {"{stem}{ext}", "http://h/100%25.jpg", "image/jpeg", "100%.jpg"},
    {"{stem}{ext}", "http://h/100%.jpg", "image/jpeg", "100%.jpg"},
    {"{stem}{ext}", "http://h/a%2.jpg", "image/jpeg", "a%2.jpg"},
    {"{stem}{ext}", "http://h/icon@2x.png", "image/png", "icon@2x.png"},
    {"{stem}{ext}", "http://h/cat.jpg;v=1", "image/jpeg", "cat.jpg;v=1.jpg"},
    {"{stem}", "http://h/cat.jpg", "image/jpeg", "cat"},
    {"{ext}", "http://h/cat.jpg", "image/jpeg", "jpg"},
    {"{ext}", "http://h/cat.jpg", NULL, "index"},
    {"{ext}/{stem}{ext}", "http://h/cat.jpg", "image/jpeg", "jpg/cat.jpg"},
    {"{ext}/{stem}{ext}", "http://h/cat.jpg", NULL, "index/cat"},

    /* Ways out of the folder. */
    {"{stem}{ext}", "http://h/a/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "image/jpeg", "_.._etc_passwd.jpg"},
    {"{stem}{ext}", "http://h/..%2f..%2fx.jpg", "image/jpeg", "_.._x.jpg"},
    {"{stem}{ext}", "http://h/..%5c..%5cx.jpg", "image/jpeg", "_.._x.jpg"},
    {"{stem}{ext}", "http://h/%2fetc%2fpasswd", "image/jpeg", "_etc_passwd.jpg"},
    {"{stem}{ext}", "http://h/C:%5cwindows", "image/jpeg", "C__windows.jpg"},
    {"{stem}{ext}", "http://h/...", "image/jpeg", "index.jpg"},
    {"{stem}", "http://h/%2e%2e", "image/jpeg", "index"},
    {"{stem}", "http://h/%2e", "image/jpeg", "index"},
    {"{stem}{ext}", "http://h/a%00b.jpg", "image/jpeg", "a_b.jpg"},
    {"{stem}{ext}", "http://h/a.php%00.jpg", "image/jpeg", "a.php_.jpg"},
    {"{stem}{ext}", "http://h/%252e%252e%252fx.jpg", "image/jpeg", "%2e%2e%2fx.jpg"},
    {"{stem}{ext}", "http://h/%c0%ae%c0%ae%c0%af.jpg", "image/jpeg", "%c0%ae%c0%ae%c0%af.jpg"},
    {"path", "http://h/a/%2e%2e/%2e%2e/x.jpg", "image/jpeg", "h/x.jpg"},
    {"path", "http://h/a/..%2f..%2f/x.jpg", "image/jpeg", "h/a/_.._/x.jpg"},
    {"path", "http://h/.../x.jpg", "image/jpeg", "h/x.jpg"},
    {"path", "http://h/a//b///x.jpg", "image/jpeg", "h/a/b/x.jpg"},
    {"path", "http://h//etc/passwd", "image/jpeg", "h/etc/passwd.jpg"},

    /* Names that hide, end badly or mean something elsewhere. */
    {"{stem}{ext}", "http://h/.htaccess", "image/jpeg", "htaccess.jpg"},
    {"{stem}{ext}", "http://h/.jpg", "image/jpeg", "jpg.jpg"},
    {"path", "http://h/.git/config", "text/plain", "h/git/config.txt"},
    {"{stem}{ext}", "http://h/%20cat%20.jpg", "image/jpeg", "cat.jpg"},
    {"{stem}", "http://h/cat.%20.%20", NULL, "cat"},
    {"{stem}{ext}", "http://h/cat....", "image/jpeg", "cat.jpg"},
    {"{stem}{ext}", "http://h/-rf.jpg", "image/jpeg", "_rf.jpg"},
    {"{stem}{ext}", "http://h/=1+1.jpg", "image/jpeg", "_1+1.jpg"},
    {"{stem}{ext}", "http://h/@SUM.jpg", "image/jpeg", "_SUM.jpg"},
    {"{stem}{ext}", "http://h/%2b1.jpg", "image/jpeg", "_1.jpg"},
    {"{host}/{stem}{ext}", "http://h/@2x.jpg", "image/jpeg", "h/@2x.jpg"},
    {"{stem}", "http://h/CON", NULL, "_CON"},
    {"{stem}{ext}", "http://h/con.png", "image/png", "_con.png"},
    {"{stem}{ext}", "http://h/aux.tar.gz", "image/png", "_aux.tar.png"},
    {"{stem}{ext}", "http://h/NUL%20.x", "image/png", "_NUL.png"},
    {"{stem}{ext}", "http://h/com1", "image/png", "_com1.png"},
    {"{stem}{ext}", "http://h/lpt9.jpg", "image/png", "_lpt9.png"},
    {"{stem}{ext}", "http://h/COM%C2%B9.jpg", "image/png", "_COM\u00b9.png"},
    {"{stem}{ext}", "http://h/com10.jpg", "image/png", "com10.png"},
    {"{stem}{ext}", "http://h/conduct.jpg", "image/png", "conduct.png"},
    {"{stem}{ext}", "http://h/CONOUT$", "image/png", "_CONOUT$.png"},
    {"path", "http://h/aux/prn.jpg", "image/jpeg", "h/_aux/_prn.jpg"},
    {"{stem}{ext}", "http://h/manifest.jsonl", "text/plain", "_manifest.txt"},
    {"{stem}.jsonl", "http://h/manifest", NULL, "_manifest.jsonl"},
    {"{host}/{stem}.jsonl", "http://h/manifest", NULL, "h/manifest.jsonl"},

    /* What a terminal or a reader would be fooled by. */
    {"{stem}{ext}", "http://h/a%1b%5b31mred.jpg", "image/jpeg", "a_[31mred.jpg"},
    {"{stem}{ext}", "http://h/a%0d%0ab.jpg", "image/jpeg", "a__b.jpg"},
    {"{stem}{ext}", "http://h/a%7fb.jpg", "image/jpeg", "a_b.jpg"},
    {"{stem}{ext}", "http://h/a%c2%9bb.jpg", "image/jpeg", "a_b.jpg"},
    {"{stem}{ext}", "http://h/a%E2%80%AEgpj.exe", "image/jpeg", "agpj.jpg"},
    {"{stem}{ext}", "http://h/a%E2%81%A6b.jpg", "image/jpeg", "ab.jpg"},
    {"{stem}{ext}", "http://h/a%E2%80%8Bb.jpg", "image/jpeg", "ab.jpg"},
    {"{stem}{ext}", "http://h/a%E2%80%A8b.jpg", "image/jpeg", "ab.jpg"},
    {"{stem}{ext}", "http://h/%EF%BB%BFb.jpg", "image/jpeg", "b.jpg"},
    {"{stem}{ext}", "http://h/a%EE%80%80b.jpg", "image/jpeg", "ab.jpg"},
    {"{stem}{ext}", "http://h/a%EF%BF%BFb.jpg", "image/jpeg", "ab.jpg"},
    {"{stem}{ext}", "http://h/a%ED%A0%80b.jpg", "image/jpeg", "a%ED%A0%80b.jpg"},
    {"{stem}{ext}", "http://h/%E2%80%AE.jpg", "image/jpeg", "jpg.jpg"},
    {"{stem}{ext}", "http://h/a*b%3Fc%22d%3Ce%3Ef%7Cg.jpg", "image/jpeg", "a_b_c_d_e_f_g.jpg"},

    /* Lengths: 200 bytes with the extension, cut at a character. One byte is kept for "_". */
    {"{stem}{ext}", "http://h/" A200 A100 ".jpg", "image/jpeg", A100 A50 A10 A10 A10 A10 "aaaaa.jpg"},
    {"{stem}{ext}", "http://h/" E_ACUTE_100 E_ACUTE_100 ".jpg", "image/jpeg",
     E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10 E_ACUTE_10
     "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9.jpg"},
    {"{stem}-{sha256:4}{ext}", "http://h/" A200 ".jpg", "image/jpeg", A100 A50 A10 A10 A10 A10 "-ba78.jpg"},
    {"{stem}-{stem}", "http://h/" A100 "b", NULL, A50 A10 A10 A10 A10 "aaaaaaa-" A100 "b"},
    {"path", "http://h/" A200 A10 "/x.jpg", "image/jpeg", "h/" A100 A50 A10 A10 A10 A10 "aaaaaaaa/x.jpg"},
    {"path", "http://h/" A200 A10 ".jpg", "image/jpeg", "h/" A100 A50 A10 A10 A10 A10 "aaaaa.jpg"},
    {"path", "http://h/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/32/33/x.gif",
     "image/gif", "h/5cee9f3d1cab83a0/x.gif"},

    /* {path}: the URL's extension if it is true, else the right one behind it. */
    {"path", "http://h/c.JPEG", "image/jpeg", "h/c.JPEG"},
    {"path", "http://h/c.jpe", "image/jpeg", "h/c.jpe"},
    {"path", "http://h/c.tiff", "image/tiff", "h/c.tiff"},
    {"path", "http://h/c.jpg", "image/webp", "h/c.jpg.webp"},
    {"path", "http://h/c.php", "image/jpeg", "h/c.php.jpg"},
    {"path", "http://h/c", "image/jpeg", "h/c.jpg"},
    {"path", "http://h/c", NULL, "h/c"},
    {"path", "http://h/c.bin", "application/x-no-such-type", "h/c.bin"},
    {"path", "http://h/", "text/html", "h/index.html"},
    {"path", "http://h/d/", "image/png", "h/d/index.png"},
    {"path", "http://h/c.jpg?w=100&h=2", "image/jpeg", "h/c.jpg?w=100&h=2.jpg"},
    {"path", "http://h/c?w=100", "image/jpeg", "h/c?w=100.jpg"},
    {"path", "http://h/c?f=x.jpg", "image/jpeg", "h/c?f=x.jpg"},
    {"path", "http://h/c?u=http://x/../y", "image/jpeg", "h/c?caba192e79cafa2f.jpg"},
    {"path", "http://h/c?q=%2e%2e%2f", "image/jpeg", "h/c?q=%2e%2e%2f.jpg"},
    {"path", "http://h/c%3Fw=100", "image/jpeg", "h/c_w=100.jpg"},
    {"path", "http://h/c?" A100, "image/jpeg", "h/c?7a8d5afc8503c96d.jpg"},
    {"path", "http://H.Example:80/c.jpg", "image/jpeg", "h.example/c.jpg"},
    {"path", "http://h:8080/c.jpg", "image/jpeg", "h+8080/c.jpg"},
    {"path", "https://h:443/c.jpg", "image/jpeg", "h/c.jpg"},
    {"path", "https://h:80/c.jpg", "image/jpeg", "h+80/c.jpg"},
    {"path", "http://h/c", "application/octet-stream", "h/c.bin"},
    {"path", "http://h/c.dng", "image/tiff", "h/c.dng"},
    {"path", "http://h/c.NEF", "image/tiff", "h/c.NEF"},
    {"path", "http://h/c.cr2", "image/x-canon-cr2", "h/c.cr2"},
    {"path", "http://h/c.hif", "image/heic", "h/c.hif"},
    {"path", "http://h/c.avifs", "image/avif", "h/c.avifs"},
    {"path", "http://h/c.psb", "image/vnd.adobe.photoshop", "h/c.psb"},
    {"path", "http://h/c.mpo", "image/jpeg", "h/c.mpo"},
    {"path", "http://h/c.dng", "image/jpeg", "h/c.dng.jpg"},
    {"{stem}{ext}", "http://h/cat.foo", "image/x-foo", "cat.foo"},
    {"{stem}{ext}", "http://h/cat.tar.foo", "image/x-foo", "cat.tar.foo"},
    {"{stem}{ext}", "http://h/cat", "image/x-foo", "cat"},
    {"{stem}{ext}", "http://h/cat.foo", "application/octet-stream", "cat"},
    {"{stem}{ext}", "http://h/cat.a%2Fb", "image/x-foo", "cat.a_b"},
    {"{stem}{ext}", "http://h/cat.foo", "image/x-qoi", "cat.qoi"},
    {"path", "http://h/v1.25", "application/octet-stream", "h/v1.25.bin"},
    {"path", "http://h/a.jpg/b.jpg", "image/jpeg", "h/a.jpg_/b.jpg"},
    {"path", "http://h/v1.25/b.jpg", "image/jpeg", "h/v1.25/b.jpg"},
    {"path", "http://h/x.com/y.org/b.jpg", "image/jpeg", "h/x.com_/y.org_/b.jpg"},
    {"path", "http://h.com/b.jpg", "image/jpeg", "h.com/b.jpg"},
    /* What looks as if it had been made distinct is. */
    {"path", "http://h.example/cat-0123456789abcdef.jpg", "image/jpeg",
     "h.example/cat-0123456789abcdef-91bddab7fe91141a.jpg"},
    {"{stem}{ext}", "http://h/cat-0123456789abcde.jpg", "image/jpeg", "cat-0123456789abcde.jpg"},
    {"{stem}-{id}{ext}", "http://h/cat-0123456789abcdef.jpg", "image/jpeg", "cat-0123456789abcdef-0.jpg"},
    {"path", "http://[::1]/c.jpg", "image/jpeg", "__1/c.jpg"},
    {"{path}", "http://h/a/c.jpg", "image/jpeg", "a/c.jpg"},
    {"x-{path}", "http://h/a/c.jpg", "image/jpeg", "x-a/c.jpg"},
    {"{path}{ext}", "http://h/a/c.jpg", "image/png", "a/c.png"},

    /* The other fields. */
    {"{host}-{stem}{ext}", "http://www.Example.ORG/cat.jpg", "image/jpeg", "www.example.org-cat.jpg"},
    {"{id}{ext}", "http://h/cat.jpg", "image/jpeg", "0.jpg"},
    {"{urlhash}{ext}", "http://h.example/cat.jpg", "image/jpeg", "d115062d4c42e3de.jpg"},
    {"{urlhash:4}{ext}", "http://h.example/cat.jpg", "image/jpeg", "d115.jpg"},
    {"{sha256:2}/{sha256:8}", "http://h/", NULL, "ba/ba7816bf"},
    {"a{{b}}{id}", "http://h/", NULL, "a{b}0"},
    {"images/{stem}_full{ext}", "http://h/cat.jpg", "image/jpeg", "images/cat_full.jpg"},
    {"aux/{id}", "http://h/", NULL, "_aux/0"},
};

static const struct row special_rows[] = {
    {"id", "http://h/cat", "image/webp", "00000/000000017.webp", .id = 17},
    {"id", "http://h/cat", "image/gif", "00123/001234567.gif", .id = 1234567},
    {"id", "http://h/cat", "image/gif", "123456/1234567890.gif", .id = 1234567890},
    {"{path}-{id}{ext}", "http://h/a/c.jpg", "image/png", "a/c-7.png", .id = 7},
    {"{id}{ext}", "http://h/cat.foo", "image/x-foo", "7.foo", .id = 7},
    {"{stem}{ext}", "http://h/get.php", "image/x-foo", "cat.foo", .disposition = "attachment; filename=cat.foo"},
    {"{stem}{ext}", "http://h/a", "application/octet-stream", "foo",
     .disposition = "attachment; filename=\"f\\oo.txt\""},
    {"{path}/{id}{ext}", "http://h/a/c.jpg", "image/png", "a/c.jpg_/7.png", .id = 7},
    {"{id:4}{ext}", "http://h/cat.jpg", "image/jpeg", "0042.jpg", .id = 42},
    {"{id:04}{ext}", "http://h/cat.jpg", "image/jpeg", "12345.jpg", .id = 12345},
    {"{id}", "http://h/", NULL, "18446744073709551615", .id = UINT64_MAX},
    {"{shard}/{id}", "http://h/", NULL, "1/10000", .id = 10000},
    {"{shard:05}/{id}", "http://h/", NULL, "00000/9999", .id = 9999},
    /* The server's name, where it is asked for. */
    {"{stem}{ext}", "http://h/get?id=7", "image/jpeg", "cat.jpg", .disposition = "attachment; filename=\"cat.jpg\""},
    {"{stem}{ext}", "http://h/get.php", "image/png", "cat.png", .disposition = "attachment; filename=cat.exe"},
    {"{stem}{ext}", "http://h/get", "image/png", "passwd.png",
     .disposition = "attachment; filename=\"../../etc/passwd\""},
    {"{stem}{ext}", "http://h/get", "image/png", "bashrc.png", .disposition = "attachment; filename=\".bashrc\""},
    {"{stem}{ext}", "http://h/get.x", "image/png", "get.png", .disposition = "attachment; filename=\"..\""},
    {"{stem}{ext}", "http://h/get.x", "image/png", "get.png", .disposition = "attachment"},
    {"{stem}{ext}", "http://h/get", "image/png", "_aux.png", .disposition = "attachment; filename=aux.txt"},
    {"{stem}{ext}", "http://h/get", "image/png", "\u20ac.png",
     .disposition = "attachment; filename*=UTF-8''%e2%82%ac.txt; filename=euro.txt"},
    {"{stem}{ext}", "http://h/get", "image/png", "agpj.png",
     .disposition = "attachment; filename*=UTF-8''a%e2%80%aegpj"},
    /* A path that is taken. */
    {"{stem}{ext}", "http://h.example/cat.jpg", "image/jpeg", "cat-d115062d4c42e3de.jpg", .distinct = true},
    {"{stem}", "http://h.example/cat.jpg", "image/jpeg", "cat-d115062d4c42e3de", .distinct = true},
    {"path", "http://h.example/cat.jpg", "image/jpeg", "h.example/cat-d115062d4c42e3de.jpg", .distinct = true},
    {"path", "http://h.example/cat.jpg", "image/png", "h.example/cat.jpg-d115062d4c42e3de.png", .distinct = true},
    {"{ext}", "http://h.example/cat.jpg", "image/jpeg", "_d115062d4c42e3de.jpg", .distinct = true},
    {"{stem}{ext}", "http://h/" A200 ".jpg", "image/jpeg", A100 A50 A10 A10 "aaaaaaaa-de90e5013f49394d.jpg",
     .distinct = true},
};

static void name_of(const struct row *row, char *path, size_t size) {
  struct naming *naming;
  char cause[512] = "";
  ck_assert_msg(naming_open(&naming, row->template, true, cause, sizeof cause) == 0, "%s: %s", row->template, cause);
  struct naming_input input = {
      .id = row->id, .url = row->url, .disposition = row->disposition, .type = row->type, .sha256 = sha256};
  ck_assert_int_eq(naming_path(naming, &input, row->distinct, path, size), 0);
  naming_close(naming);
}

static void check_name(const struct row *row) {
  char path[SEINE_PATH_MAX];
  name_of(row, path, sizeof path);
  ck_assert_msg(strcmp(path, row->expected) == 0, "%s of %s is\n  %s, not\n  %s", row->template, row->url, path,
                row->expected);
}

START_TEST(names_are_as_in_the_table) {
  struct row row = {
      .template = rows[_i].template, .url = rows[_i].url, .type = rows[_i].type, .expected = rows[_i].expected};
  check_name(&row);
}
END_TEST

START_TEST(special_names_are_as_in_the_table) {
  check_name(&special_rows[_i]);
}
END_TEST

static const struct {
  const char *template, *complaint;
} refused[] = {
    {"", "is empty"},
    {"cat", "neither a preset"},
    {"Path", "neither a preset"},
    {"{stem", "without a \"}\""},
    {"{", "without a \"}\""},
    {"stem}", "without a \"{\""},
    {"{stem}}", "without a \"{\""},
    {"{name}", "no field \"{name}\""},
    {"{}", "no field \"{}\""},
    {"{Stem}", "no field"},
    {"{stem:5}", "takes no number"},
    {"{id:}", "from 1 to 20"},
    {"{id:0}", "from 1 to 20"},
    {"{id:21}", "from 1 to 20"},
    {"{id:x}", "from 1 to 20"},
    {"{id:-1}", "from 1 to 20"},
    {"{sha256:65}", "from 1 to 64"},
    {"{urlhash:17}", "from 1 to 16"},
    {"{id:99999999999}", "from 1 to 20"},
    {"/tmp/{id}", "begins with \"/\""},
    {"{id}/", "ends in \"/\""},
    {"a//{id}", "\"//\""},
    {"../{id}", "begins with a dot"},
    {"a/../{id}", "begins with a dot"},
    {".{id}", "begins with a dot"},
    {"{host}/.{id}", "begins with a dot"},
    {"a\n{id}", "control character"},
    {"a\xe2\x80\xae{id}", "invisible"},
    {"a\xff{id}", "not valid UTF-8"},
    {A200 "{id}", "longer than 200"},
    {"{sha256}{sha256}{sha256}", "longer than 200"},
    {"{id}/{sha256}-{sha256}-{sha256}/{id}", "longer than 200"},
    {"{stem}{stem}{stem}{stem}{stem}{stem}{stem}{stem}{stem}{stem}", "longer than 200"},
};

START_TEST(bad_templates_are_refused) {
  struct naming *naming;
  char cause[512] = "";
  ck_assert_int_eq(naming_open(&naming, refused[_i].template, false, cause, sizeof cause), -1);
  ck_assert_ptr_null(naming);
  ck_assert_msg(strstr(cause, refused[_i].complaint) != NULL, "\"%s\": %s", refused[_i].template, cause);
}
END_TEST

static const struct {
  const char *template;
  bool unique;
} uniqueness[] = {
    {"url", true},         {"sha256", true},       {"id", true},           {"path", false},
    {"{stem}", false},     {"{urlhash:8}", false}, {"{urlhash:16}", true}, {"{sha256:15}", false},
    {"{sha256:16}", true}, {"{sha256:64}", true},  {"{shard}", false},     {"{shard}/{id}", true},
};

START_TEST(unique_templates_are_known) {
  struct naming *naming;
  char cause[512];
  ck_assert_int_eq(naming_open(&naming, uniqueness[_i].template, false, cause, sizeof cause), 0);
  ck_assert_int_eq(naming_is_unique(naming), uniqueness[_i].unique);
  naming_close(naming);
}
END_TEST

/* What two URLs are asked for before the fetch: the same name, or not. */
static const struct {
  const char *template, *url, *key;
} keys[] = {
    {"path", "http://h/a/c.jpg", "h/a/c.jpg"},
    {"path", "http://h/a/c", "h/a/c"},
    {"path", "http://h/a.jpg/c", "h/a.jpg_/c"},
    {"path", "http://h/", "h/index"},
    {"path", "http://h/c?w=1", "h/c?w=1"},
    {"{stem}{ext}", "http://h/a/c.jpg?w=1", "c"},
    {"{host}/{stem}.img{ext}", "http://h/c.tar.gz", "h/c.tar.img"},
    {"{stem}{ext}", "http://h/" A200 A100 ".jpg", A100 A50 A10 "aaaaaaaaaa"},
    {"{stem}{ext}", "http://h/" A100 A50 A10 A10 ".jpg", A100 A50 A10 "aaaaaaaaaa"},
};

START_TEST(keys_are_as_in_the_table) {
  struct naming *naming;
  char cause[512], path[SEINE_PATH_MAX];
  struct naming_input input = {.url = keys[_i].url, .type = "image/png"};
  ck_assert_int_eq(naming_open(&naming, keys[_i].template, false, cause, sizeof cause), 0);
  ck_assert_int_eq(naming_key(naming, &input, path, sizeof path), 0);
  ck_assert_str_eq(path, keys[_i].key);
  naming_close(naming);
}
END_TEST

static const struct {
  const char *template;
  bool disposition, late;
} lateness[] = {
    {"path", false, false},        {"path", true, false},
    {"{stem}{ext}", false, false}, {"{stem}{ext}", true, true},
    {"url", true, false},          {"{stem}-{id}{ext}", true, false},
    {"{sha256:4}", false, true},   {"{sha256:4}-{id}", false, false},
    {"{ext}/{stem}", false, true}, {"{stem}{ext}.x", false, true},
    {"{host}{ext}", true, false},
};

START_TEST(late_templates_are_known) {
  struct naming *naming;
  char cause[512];
  ck_assert_int_eq(naming_open(&naming, lateness[_i].template, lateness[_i].disposition, cause, sizeof cause), 0);
  ck_assert_int_eq(naming_is_late(naming), lateness[_i].late);
  naming_close(naming);
}
END_TEST

START_TEST(names_fit_the_file_system) {
  struct naming *naming;
  char cause[512], path[SEINE_PATH_MAX];
  struct naming_input input = {.url = "http://h/" E_ACUTE_100 ".jpg", .type = "image/jpeg"};
  ck_assert_int_eq(naming_open(&naming, "url", false, cause, sizeof cause), 0);
  naming_limit(naming, 143);
  ck_assert_int_eq(naming_path(naming, &input, false, path, sizeof path), 0);
  ck_assert_uint_le(strlen(path), 143);
  ck_assert_uint_ge(strlen(path), 141);
  ck_assert(utf8_is_valid(path, strlen(path)));
  naming_limit(naming, 1000);
  ck_assert_int_eq(naming_path(naming, &input, false, path, sizeof path), 0);
  ck_assert_uint_le(strlen(path), 143);
  naming_close(naming);
}
END_TEST

START_TEST(disposition_is_used_only_if_asked_for) {
  struct naming *naming;
  char cause[512], path[256];
  struct naming_input input = {.url = "http://h/x.jpg", .disposition = "inline; filename=y.jpg", .type = "image/jpeg"};
  ck_assert_int_eq(naming_open(&naming, "{stem}{ext}", false, cause, sizeof cause), 0);
  ck_assert_int_eq(naming_path(naming, &input, false, path, sizeof path), 0);
  ck_assert_str_eq(path, "x.jpg");
  naming_close(naming);
}
END_TEST

START_TEST(what_is_missing_is_an_error) {
  struct naming *naming;
  char cause[512], path[16];
  struct naming_input input = {.url = "http://h/x.jpg"};
  ck_assert_int_eq(naming_open(&naming, "sha256", false, cause, sizeof cause), 0);
  ck_assert_int_eq(naming_path(naming, &input, false, path, sizeof path), SEINE_EINVAL);
  naming_close(naming);
  ck_assert_int_eq(naming_open(&naming, "{stem}-{urlhash}", false, cause, sizeof cause), 0);
  ck_assert_int_eq(naming_path(naming, &input, false, path, sizeof path), SEINE_EINVAL);
  input.url = "ftp://h/x.jpg";
  ck_assert_int_eq(naming_path(naming, &input, false, path, sizeof path), SEINE_EURL);
  naming_close(naming);
}
END_TEST

/* Whether a path is too long must not depend on which of two URLs came first, and so has the shorter name. */
START_TEST(a_path_fits_distinct_or_not_at_all) {
  struct naming_input input = {.url = "http://h/cat.jpg", .type = "image/jpeg"};
  size_t fit = 0;
  for (size_t length = SEINE_PATH_MAX - 40; length < SEINE_PATH_MAX; length++) {
    struct naming *naming;
    char template[SEINE_PATH_MAX + 16], cause[512], path[SEINE_PATH_MAX], distinct[SEINE_PATH_MAX];
    for (size_t i = 0; i < length; i++)
      template[i] = i % 100 == 99 ? '/' : 'a';
    strcpy(template + length, "{stem}");
    ck_assert_int_eq(naming_open(&naming, template, false, cause, sizeof cause), 0);
    int error = naming_path(naming, &input, false, path, sizeof path);
    ck_assert_int_eq(naming_path(naming, &input, true, distinct, sizeof distinct), error);
    if (!error) ck_assert_uint_gt(strlen(distinct), strlen(path));
    fit += !error;
    naming_close(naming);
  }
  ck_assert_uint_gt(fit, 0);
  ck_assert_uint_lt(fit, 40);
}
END_TEST

/* ---- Whatever comes, a name is safe ---- */

static void check_component(const char *name, size_t length, const char *path) {
  uint32_t code;
  ck_assert_msg(length > 0 && length <= NAMING_COMPONENT_MAX, "%zu bytes in \"%s\"", length, path);
  ck_assert_msg(*name != '.' && *name != '-' && *name != ' ', "the beginning of a name in \"%s\"", path);
  ck_assert_msg(strchr(". ", name[length - 1]) == NULL, "the end of a name in \"%s\"", path);
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(name + at, length - at, &code);
    ck_assert_msg(step > 0, "not UTF-8: \"%s\"", path);
    ck_assert_msg(!code_is_control(code) && !code_is_invisible(code) && code != '\\', "U+%04X in \"%s\"", code, path);
  }
}

static void check_path(const char *path) {
  for (const char *at = path;;) {
    size_t length = strcspn(at, "/");
    check_component(at, length, path);
    if (at[length] == '\0') return;
    at += length + 1;
  }
}

static void random_text(struct text *out, const char *const *pieces, size_t count) {
  for (int i = rand() % 40; i >= 0; i--) {
    const char *piece = pieces[(size_t)rand() % count];
    for (int times = rand() % 20 == 0 ? rand() % 300 : 1; times > 0; times--)
      text_add(out, piece, strlen(piece));
  }
}

START_TEST(random_names_are_safe) {
  static const char *const templates[] = {"url",    "path",        "{host}/{path}-{id}{ext}",
                                          "{stem}", "{ext}{stem}", "{path}/{path}"};
  static const char *const types[] = {NULL, "image/jpeg", "text/html", "x/y"};
  static const char *const pieces[] = {
      "a",   "/",    "..",    ".",         "%2e",      "%2F",    "%5c",      "%00",      "?",
      "=",   "%",    "%ff",   "\xff",      "\xc3\xa9", "%C3%A9", "%E2%80",   "%AE",      "CON",
      "aux", "-",    "%20",   "%7f",       ".jpg",     "\u202e", "~",        ":",        "%0a",
      "@",   "COM1", "..%2f", "%ED%A0%80", "&",        "+",      "\xf0\x9f", "manifest", "%F3%A0%80%81",
      "|",   "*",    "\"",    "'"};
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  printf("seed of random_names_are_safe: %u\n", seed);
  srand(seed);
  for (int round = 0; round < scaled(2000); round++) {
    struct text url = {0}, disposition = {0};
    char path[SEINE_PATH_MAX], cause[512];
    struct naming *naming;
    text_printf(&url, "http://h%d.example/", rand() % 3);
    random_text(&url, pieces, sizeof pieces / sizeof pieces[0]);
    text_printf(&disposition, "attachment; filename%s=", rand() % 2 ? "" : "*=UTF-8'");
    random_text(&disposition, pieces, sizeof pieces / sizeof pieces[0]);
    struct naming_input input = {.id = (uint64_t)round,
                                 .url = url.data,
                                 .disposition = disposition.data,
                                 .type = types[rand() % 4],
                                 .sha256 = sha256};
    ck_assert_int_eq(naming_open(&naming, templates[rand() % 6], rand() % 2, cause, sizeof cause), 0);
    int error = naming_path(naming, &input, rand() % 2, path, sizeof path);
    if (error == 0)
      check_path(path);
    else
      ck_assert_msg(error == SEINE_EURL || strlen(url.data) > 1000, "error %d for %s", error, url.data);
    naming_close(naming);
    text_clear(&url);
    text_clear(&disposition);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("naming");
  TCase *tcase = tcase_create("naming");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, names_are_as_in_the_table, 0, sizeof rows / sizeof rows[0]);
  tcase_add_loop_test(tcase, special_names_are_as_in_the_table, 0, sizeof special_rows / sizeof special_rows[0]);
  tcase_add_loop_test(tcase, bad_templates_are_refused, 0, sizeof refused / sizeof refused[0]);
  tcase_add_loop_test(tcase, unique_templates_are_known, 0, sizeof uniqueness / sizeof uniqueness[0]);
  tcase_add_loop_test(tcase, keys_are_as_in_the_table, 0, sizeof keys / sizeof keys[0]);
  tcase_add_loop_test(tcase, late_templates_are_known, 0, sizeof lateness / sizeof lateness[0]);
  tcase_add_test(tcase, names_fit_the_file_system);
  tcase_add_test(tcase, disposition_is_used_only_if_asked_for);
  tcase_add_test(tcase, what_is_missing_is_an_error);
  tcase_add_test(tcase, a_path_fits_distinct_or_not_at_all);
  tcase_add_loop_test(tcase, random_names_are_safe, 0, 3);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
