/* Rules for the types of images by their first bytes. */
#include "body/sniff.h"

#include <string.h>

static uint32_t be16(const uint8_t *p) {
  return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p) {
  return be16(p) << 16 | be16(p + 2);
}

static uint32_t le16(const uint8_t *p) {
  return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t le32(const uint8_t *p) {
  return le16(p + 2) << 16 | le16(p);
}

static bool has(const uint8_t *head, size_t size, size_t at, const void *mark, size_t length) {
  return size >= at + length && memcmp(head + at, mark, length) == 0;
}

#define HAS(at, mark) has(head, size, at, mark, sizeof(mark) - 1)

/* ---- Types whose mark is enough ---- */

static const struct {
  size_t size;
  const char *mark, *type;
} marks[] = {
#define MARK(mark, type)                                                                                               \
  { sizeof(mark) - 1, mark, type }
    MARK("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "image/png"),
    MARK("GIF87a", "image/gif"),
    MARK("GIF89a", "image/gif"),
    MARK("II*\0\x10\0\0\0CR\2", "image/x-canon-cr2"),
    MARK("II*\0", "image/tiff"),
    MARK("MM\0*", "image/tiff"),
    MARK("II+\0\x08\0\0\0", "image/tiff"),
    MARK("MM\0+\0\x08\0\0", "image/tiff"),
    MARK("DDS \x7c\0\0\0", "image/vnd.ms-dds"),
    MARK("#?RADIANCE\n", "image/vnd.radiance"),
    MARK("#?RGBE\n", "image/vnd.radiance"),
    MARK("\x59\xa6\x6a\x95", "image/x-sun-raster"),
#undef MARK
};

static const char *by_mark(const uint8_t *head, size_t size) {
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
    if (has(head, size, 0, marks[i].mark, marks[i].size)) return marks[i].type;
  return NULL;
}

static const char *jpeg(const uint8_t *head, size_t size) {
  if (size < 4 || memcmp(head, "\xff\xd8\xff", 3) != 0 || head[3] < 0xc0) return NULL;
  return head[3] == 0xf7 ? "image/jls" : "image/jpeg"; /* f7: a frame of JPEG-LS */
}

static const char *webp(const uint8_t *head, size_t size) {
  return HAS(0, "RIFF") && HAS(8, "WEBPVP8") ? "image/webp" : NULL;
}

/* ---- Types whose first numbers must make sense ---- */

/* The header's size is one that BMP has had. */
static const char *bmp(const uint8_t *head, size_t size) {
  if (size < 26 || memcmp(head, "BM", 2) != 0) return NULL;
  uint32_t header = le32(head + 14);
  uint32_t planes = header == 12 ? le16(head + 22) : size < 28 ? 0 : le16(head + 26);
  bool is_known = header == 12 || (header >= 16 && header <= 64) || header == 108 || header == 124;
  return is_known && planes == 1 ? "image/bmp" : NULL;
}

/* Storage, bytes of a sample, dimensions. */
static const char *sgi(const uint8_t *head, size_t size) {
  if (size < 12 || !HAS(0, "\x01\xda") || head[2] > 1 || (head[3] != 1 && head[3] != 2)) return NULL;
  return be16(head + 4) >= 1 && be16(head + 4) <= 3 && be16(head + 6) ? "image/sgi" : NULL;
}

/* Icons and cursors: each image of the table lies behind it. */
static const char *icon(const uint8_t *head, size_t size) {
  if (size < 22 || head[0] || head[1] || (head[2] != 1 && head[2] != 2) || head[3]) return NULL;
  size_t count = le16(head + 4), table = 6 + 16 * count;
  if (!count || count > 255) return NULL;
  for (size_t at = 6; at < table && at + 16 <= size; at += 16)
    if (head[at + 3] || !le32(head + at + 8) || le32(head + at + 12) < table) return NULL;
  return head[2] == 1 ? "image/x-icon" : "image/x-win-bitmap";
}

/* A number of WBMP: seven bits a byte, the eighth says that more follow. Returns 0 if it is none, or does not end. */
static uint32_t wbmp_number(const uint8_t *head, size_t size, size_t *at) {
  uint32_t value = 0;
  for (int i = 0; i < 3 && *at < size; i++) {
    uint8_t byte = head[(*at)++];
    value = value << 7 | (byte & 0x7f);
    if (!(byte & 0x80)) return value;
  }
  return 0;
}

/* Two zeros, then sides that account for each byte of the body: the format has no other mark. */
static const char *wbmp(const uint8_t *head, size_t size) {
  size_t at = 2;
  if (size < 5 || size >= SNIFF_HEAD_MAX || head[0] || head[1]) return NULL;
  uint32_t width = wbmp_number(head, size, &at), height = width ? wbmp_number(head, size, &at) : 0;
  if (!height || (uint64_t)(width + 7) / 8 * height != size - at) return NULL;
  return "image/vnd.wap.wbmp";
}

/* The first record is of the type that begins a file. */
static const char *emf(const uint8_t *head, size_t size) {
  return HAS(0, "\1\0\0\0") && HAS(40, " EMF") ? "image/emf" : NULL;
}

/* Behind the name stand a format and bytes of a sample, both as letters. */
static const char *flif(const uint8_t *head, size_t size) {
  bool is_sample = size > 5 && head[5] >= '0' && head[5] <= '2';
  return HAS(0, "FLIF") && is_sample && head[4] >> 4 >= 3 && head[4] >> 4 <= 6 ? "image/flif" : NULL;
}

/* Behind the name stand the sides, of 32 bits. */
static const char *farbfeld(const uint8_t *head, size_t size) {
  return HAS(0, "farbfeld\0") && size >= 16 && be32(head + 8) && be32(head + 12) ? "image/x-farbfeld" : NULL;
}

/* Behind "PF" or "Pf" and a line feed there are the sides. */
static const char *pfm(const uint8_t *head, size_t size) {
  bool is_mark = HAS(0, "PF\n") || HAS(0, "Pf\n");
  return is_mark && size > 3 && head[3] >= '0' && head[3] <= '9' ? "image/x-portable-floatmap" : NULL;
}

static const char *eps(const uint8_t *head, size_t size) {
  return HAS(0, "%!PS-Adobe-") && HAS(12, ".") && HAS(14, " EPSF-") ? "image/x-eps" : NULL;
}

static bool is_blank(uint8_t byte) {
  return byte == ' ' || byte == '\t';
}

/* C source: a macro that is or ends in "width", then a number. */
static const char *xbm(const uint8_t *head, size_t size) {
  static const char define[] = "#define", width[] = "width";
  size_t at = sizeof define - 1, from;
  if (!HAS(0, "#define")) return NULL;
  for (from = at; at < size && is_blank(head[at]);)
    at++;
  if (at == from) return NULL;
  for (from = at; at < size && head[at] > ' ';)
    at++;
  size_t length = at - from, last = sizeof width - 1;
  if (length < last || memcmp(head + at - last, width, last) != 0) return NULL;
  if (length > last && head[at - last - 1] != '_') return NULL;
  while (at < size && is_blank(head[at]))
    at++;
  return at < size && head[at] >= '1' && head[at] <= '9' ? "image/x-xbitmap" : NULL;
}

/* ---- HEIF: the brands of the file type box ---- */

/* Those that say what the images are, the definite ones first. */
static const struct {
  char brand[5];
  const char *type;
} brands[] = {
    {"avif", "image/avif"},          {"avis", "image/avif"},          {"heic", "image/heic"},
    {"heix", "image/heic"},          {"heim", "image/heic"},          {"heis", "image/heic"},
    {"hevc", "image/heic-sequence"}, {"hevx", "image/heic-sequence"}, {"hevm", "image/heic-sequence"},
    {"hevs", "image/heic-sequence"}, {"mif1", "image/heif"},          {"mif2", "image/heif"},
    {"mif3", "image/heif"},          {"msf1", "image/heif-sequence"}, {"avci", "image/heif"},
    {"avcs", "image/heif-sequence"}, {"vvic", "image/heif"},          {"evbi", "image/heif"},
    {"jpeg", "image/heif"},          {"jpgs", "image/heif-sequence"}, {"j2ki", "image/heif"},
};

enum { BRANDS = sizeof brands / sizeof brands[0], DEFINITE = 10 };

static int brand_of(const uint8_t *name) {
  for (int i = 0; i < BRANDS; i++)
    if (memcmp(name, brands[i].brand, 4) == 0) return i;
  return BRANDS;
}

/* The major brand decides if it is definite; otherwise the most definite of the compatible ones does. The short form
 * (mif3) has one of them in the place of the minor version. */
static const char *heif(const uint8_t *head, size_t size) {
  if (size < 16 || memcmp(head + 4, "ftyp", 4) != 0) return NULL;
  size_t end = be32(head) < size ? be32(head) : size;
  int major = brand_of(head + 8), found = major;
  for (size_t at = memcmp(head + 8, "mif3", 4) == 0 ? 12 : 16; major >= DEFINITE && at + 4 <= end; at += 4) {
    int brand = brand_of(head + at);
    if (brand < DEFINITE ? brand < found : found == BRANDS && brand < BRANDS) found = brand;
  }
  return found < BRANDS ? brands[found].type : NULL;
}

const char *sniff_type(const uint8_t *head, size_t size) {
  static const char *(*const rules[])(const uint8_t *, size_t) = {
      jpeg, by_mark, webp, heif, bmp, sgi, icon, wbmp, emf, flif, farbfeld, pfm, eps, xbm,
  };
  const char *type = NULL;
  for (size_t i = 0; !type && i < sizeof rules / sizeof rules[0]; i++)
    type = rules[i](head, size);
  return type;
}

/* ---- What libmagic says ---- */

/* TGA has no mark: its header must make sense as a whole, and a body must have as many bytes as its pixels, where they
 * are not packed. */
static bool is_tga(const uint8_t *head, size_t size) {
  if (size < 18) return false;
  uint32_t map = head[1], kind = head[2] & 7, map_depth = head[7], depth = head[16];
  uint64_t width = le16(head + 12), height = le16(head + 14), entries = le16(head + 5);
  if (map > 1 || (head[2] & ~11) || !kind || kind > 3 || !width || !height || (head[17] & 0xc0) || (head[17] & 15) > 8)
    return false;
  if (map && (!entries || (map_depth != 15 && map_depth != 16 && map_depth != 24 && map_depth != 32))) return false;
  if (kind == 1 && !map) return false;
  if (kind == 2 ? depth != 15 && depth != 16 && depth != 24 && depth != 32 : depth != 8 && depth != 16) return false;
  uint64_t before = 18u + head[0] + (map ? entries * ((map_depth + 7) / 8) : 0);
  return head[2] & 8 || size >= SNIFF_HEAD_MAX || before + width * height * ((depth + 7) / 8) <= size;
}

/* Degas has no mark either: a resolution, 16 colours of 12 bits, then 32000 bytes unless they are packed. */
static bool is_degas(const uint8_t *head, size_t size) {
  if (size < 34 || (head[0] && head[0] != 0x80) || head[1] > 2) return false;
  for (int i = 2; i < 34; i += 2)
    if (head[i] > 0x0f) return false;
  return head[0] || size >= SNIFF_HEAD_MAX;
}

const char *sniff_checked(const char *type, const uint8_t *head, size_t size) {
  if (strcmp(type, "image/x-tga") == 0 && !is_tga(head, size)) return "";
  if (strcmp(type, "image/x-atari-degas") == 0 && !is_degas(head, size)) return "";
  if (!type[0] && HAS(0, "PK\3\4")) return "application/zip";
  return type;
}
