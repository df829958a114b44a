/* Media types: globs that accept them, their usual names and extensions, and which of them say anything. */
#include "media.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "seine.h"

struct pair {
  const char *name;
  const char *value;
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *pair_find(const struct pair *pairs, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(pairs[i].name, name) == 0) return pairs[i].value;
  return NULL;
}

static int pair_order(const void *name, const void *pair) {
  return strcmp(name, ((const struct pair *)pair)->name);
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether glob[0..size) fits all of `text`. Only the last * is ever taken up again, so the time is the product of the
 * two lengths at worst. */
static bool glob_fits(const char *glob, size_t size, const char *text) {
  size_t at = 0, after_star = SIZE_MAX;
  const char *resume = NULL;
  while (*text) {
    if (at < size && glob[at] == '*') {
      after_star = ++at;
      resume = text;
    } else if (at < size && (glob[at] == '?' || lower(glob[at]) == lower(*text))) {
      at++;
      text++;
    } else if (after_star != SIZE_MAX) {
      at = after_star;
      text = ++resume;
    } else {
      return false;
    }
  }
  while (at < size && glob[at] == '*')
    at++;
  return at == size;
}

bool media_accepts(const char *globs, const char *type) {
  if (!globs) return true;
  while (*globs) {
    size_t size = strcspn(globs, ",");
    const char *next = globs[size] ? globs + size + 1 : globs + size;
    while (size && (*globs == ' ' || *globs == '\t'))
      globs++, size--;
    while (size && (globs[size - 1] == ' ' || globs[size - 1] == '\t'))
      size--;
    if (size && glob_fits(globs, size, type)) return true;
    globs = next;
  }
  return false;
}

/* Sorted by name: each response is looked up here. */
static const struct pair aliases[] = {
    {"application/acrobat", "application/pdf"},
    {"application/bmp", "image/bmp"},
    {"application/ico", "image/x-icon"},
    {"application/javascript", "text/javascript"},
    {"application/jpeg", "image/jpeg"},
    {"application/jpg", "image/jpeg"},
    {"application/png", "image/png"},
    {"application/webp", "image/webp"},
    {"application/x-gzip", "application/gzip"},
    {"application/x-javascript", "text/javascript"},
    {"application/x-json", "application/json"},
    {"application/x-pdf", "application/pdf"},
    {"application/x-zip", "application/zip"},
    {"application/x-zip-compressed", "application/zip"},
    {"application/xml", "text/xml"},
    {"audio/m4a", "audio/mp4"},
    {"audio/mp3", "audio/mpeg"},
    {"audio/vnd.wave", "audio/wav"},
    {"audio/wave", "audio/wav"},
    {"audio/x-aac", "audio/aac"},
    {"audio/x-flac", "audio/flac"},
    {"audio/x-m4a", "audio/mp4"},
    {"audio/x-mp3", "audio/mpeg"},
    {"audio/x-mpeg", "audio/mpeg"},
    {"audio/x-wav", "audio/wav"},
    {"image/apng", "image/apng"},
    {"image/ico", "image/x-icon"},
    {"image/icon", "image/x-icon"},
    {"image/jfif", "image/jpeg"},
    {"image/jpe", "image/jpeg"},
    {"image/jpeg2000", "image/jp2"},
    {"image/jpg", "image/jpeg"},
    {"image/ms-bmp", "image/bmp"},
    {"image/photoshop", "image/vnd.adobe.photoshop"},
    {"image/pjpeg", "image/jpeg"},
    {"image/psd", "image/vnd.adobe.photoshop"},
    {"image/svg", "image/svg+xml"},
    {"image/tif", "image/tiff"},
    {"image/vnd.microsoft.icon", "image/x-icon"},
    {"image/vnd.mozilla.apng", "image/apng"},
    {"image/x-bitmap", "image/bmp"},
    {"image/x-bmp", "image/bmp"},
    {"image/x-citrix-jpeg", "image/jpeg"},
    {"image/x-citrix-png", "image/png"},
    {"image/x-gif", "image/gif"},
    {"image/x-ico", "image/x-icon"},
    {"image/x-jp2", "image/jp2"},
    {"image/x-jpeg", "image/jpeg"},
    {"image/x-jpg", "image/jpeg"},
    {"image/x-ms-bmp", "image/bmp"},
    {"image/x-photoshop", "image/vnd.adobe.photoshop"},
    {"image/x-png", "image/png"},
    {"image/x-svg+xml", "image/svg+xml"},
    {"image/x-tif", "image/tiff"},
    {"image/x-tiff", "image/tiff"},
    {"image/x-webp", "image/webp"},
    {"image/x-windows-bmp", "image/bmp"},
    {"text/json", "application/json"},
    {"text/pdf", "application/pdf"},
    {"text/x-svg", "image/svg+xml"},
    {"video/avi", "video/x-msvideo"},
    {"video/msvideo", "video/x-msvideo"},
    {"video/x-m4v", "video/mp4"},
};

/* A token of RFC 9110 5.6.2. */
static bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

void media_essence(const char *content_type, char *out, size_t size) {
  if (!size) return;
  out[0] = 0;
  if (!content_type) return;
  content_type += strspn(content_type, " \t");
  if (*content_type == '/') return;
  char type[MEDIA_TYPE_MAX];
  size_t length = 0, slash = 0;
  for (; is_token_char(content_type[length]) || (content_type[length] == '/' && !slash); length++) {
    if (length + 1 >= sizeof(type)) return;
    if (content_type[length] == '/') slash = length;
    type[length] = lower(content_type[length]);
  }
  type[length] = 0;
  if (!slash || slash + 1 == length || !strchr("; \t,\r\n", content_type[length])) return;
  const struct pair *alias = bsearch(type, aliases, COUNT(aliases), sizeof *aliases, pair_order);
  const char *result = alias ? alias->value : type;
  if (strlen(result) < size) strcpy(out, result);
}

bool media_is_specific(const char *essence) {
  static const char *const vague[] = {
      "application/octet-stream",
      "binary/octet-stream",
      "application/octetstream",
      "application/x-octet-stream",
      "application/force-download",
      "application/x-download",
      "application/download",
      "application/x-force-download",
      "application/x-msdownload",
      "application/binary",
      "application/unknown",
      "application/x-unknown",
      "application/x-unknown-content-type",
      "application/x-binary",
      "unknown/unknown",
      "application/*",
      "image/*",
      "*/*",
      "content/unknown",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
  };
  if (!essence || !*essence) return false;
  for (size_t i = 0; i < COUNT(vague); i++)
    if (*essence == *vague[i] && strcmp(essence, vague[i]) == 0) return false;
  return true;
}

static const struct pair extensions[] = {
    {"image/jpeg", ".jpg"},
    {"image/png", ".png"},
    {"image/apng", ".png"},
    {"image/gif", ".gif"},
    {"image/webp", ".webp"},
    {"image/avif", ".avif"},
    {"image/heic", ".heic"},
    {"image/heif", ".heif"},
    {"image/jxl", ".jxl"},
    {"image/jp2", ".jp2"},
    {"image/jpx", ".jpx"},
    {"image/bmp", ".bmp"},
    {"image/tiff", ".tif"},
    {"image/svg+xml", ".svg"},
    {"image/x-icon", ".ico"},
    {"image/x-tga", ".tga"},
    {"image/x-pcx", ".pcx"},
    {"image/x-xcf", ".xcf"},
    {"image/x-exr", ".exr"},
    {"image/vnd.adobe.photoshop", ".psd"},
    {"image/vnd.djvu", ".djvu"},
    {"image/x-portable-bitmap", ".pbm"},
    {"image/x-portable-greymap", ".pgm"},
    {"image/x-portable-graymap", ".pgm"},
    {"image/x-portable-pixmap", ".ppm"},
    {"image/x-xpixmap", ".xpm"},
    {"image/x-xbitmap", ".xbm"},
    {"video/mp4", ".mp4"},
    {"video/webm", ".webm"},
    {"video/quicktime", ".mov"},
    {"video/x-matroska", ".mkv"},
    {"video/x-msvideo", ".avi"},
    {"video/mpeg", ".mpg"},
    {"video/ogg", ".ogv"},
    {"video/x-flv", ".flv"},
    {"video/3gpp", ".3gp"},
    {"video/x-ms-asf", ".wmv"},
    {"video/mp2t", ".ts"},
    {"audio/mpeg", ".mp3"},
    {"audio/mp4", ".m4a"},
    {"audio/aac", ".aac"},
    {"audio/x-hx-aac-adts", ".aac"},
    {"audio/ogg", ".ogg"},
    {"audio/opus", ".opus"},
    {"audio/flac", ".flac"},
    {"audio/wav", ".wav"},
    {"audio/x-aiff", ".aiff"},
    {"audio/midi", ".mid"},
    {"audio/amr", ".amr"},
    {"application/ogg", ".ogg"},
    {"text/html", ".html"},
    {"application/xhtml+xml", ".xhtml"},
    {"text/plain", ".txt"},
    {"text/css", ".css"},
    {"text/csv", ".csv"},
    {"text/xml", ".xml"},
    {"text/javascript", ".js"},
    {"text/rtf", ".rtf"},
    {"application/json", ".json"},
    {"application/pdf", ".pdf"},
    {"application/postscript", ".ps"},
    {"application/epub+zip", ".epub"},
    {"application/zip", ".zip"},
    {"application/gzip", ".gz"},
    {"application/x-bzip2", ".bz2"},
    {"application/x-xz", ".xz"},
    {"application/zstd", ".zst"},
    {"application/x-tar", ".tar"},
    {"application/x-7z-compressed", ".7z"},
    {"application/x-rar", ".rar"},
    {"application/vnd.rar", ".rar"},
    {"application/wasm", ".wasm"},
    {"application/warc", ".warc"},
    {"application/x-parquet", ".parquet"},
    {"application/vnd.apache.parquet", ".parquet"},
    {"application/vnd.sqlite3", ".sqlite"},
    {"application/x-hdf5", ".h5"},
    {"application/msword", ".doc"},
    {"application/vnd.ms-excel", ".xls"},
    {"application/vnd.ms-powerpoint", ".ppt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
    {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
    {"application/x-shockwave-flash", ".swf"},
    {"font/woff", ".woff"},
    {"font/woff2", ".woff2"},
    {"font/ttf", ".ttf"},
    {"font/sfnt", ".ttf"},
    {"font/otf", ".otf"},
};

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), size = strlen(end);
  return length > size && strcmp(text + length - size, end) == 0;
}

bool media_is_reliable(const char *essence) {
  if (!essence || strcmp(essence, "text/plain") == 0 || strstr(essence, "/x-")) return false;
  return pair_find(extensions, COUNT(extensions), essence) || strncmp(essence, "application/vnd.", 16) == 0 ||
         ends_with(essence, "+json") || ends_with(essence, "+xml");
}

const char *seine_type_extension(const char *type) {
  char essence[MEDIA_TYPE_MAX];
  media_essence(type, essence, sizeof(essence));
  const char *extension = pair_find(extensions, COUNT(extensions), essence);
  return extension ? extension : "";
}
