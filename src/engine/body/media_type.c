/* Media types: matching globs, canonical names, extensions, and which types are specific. */
#include "body/media_type.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "seine_tools.h"

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

/* Sorted by name: each response is looked up here. Some types that libmagic has are no images: scripts, which have been
 * a way into servers that convert images, and what a disk or a device holds. */
static const struct pair aliases[] = {
    {"application/acrobat", "application/pdf"},
    {"application/bmp", "image/bmp"},
    {"application/emf", "image/emf"},
    {"application/eps", "image/x-eps"},
    {"application/fits", "image/fits"},
    {"application/ico", "image/x-icon"},
    {"application/javascript", "text/javascript"},
    {"application/jpeg", "image/jpeg"},
    {"application/jpg", "image/jpeg"},
    {"application/png", "image/png"},
    {"application/webp", "image/webp"},
    {"application/wmf", "image/wmf"},
    {"application/x-emf", "image/emf"},
    {"application/x-eps", "image/x-eps"},
    {"application/x-gzip", "application/gzip"},
    {"application/x-javascript", "text/javascript"},
    {"application/x-json", "application/json"},
    {"application/x-msmetafile", "image/wmf"},
    {"application/x-pdf", "application/pdf"},
    {"application/x-wmf", "image/wmf"},
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
    {"image/avif-sequence", "image/avif"},
    {"image/dc42", "application/x-dc42"},
    {"image/dds", "image/vnd.ms-dds"},
    {"image/eps", "image/x-eps"},
    {"image/fit", "image/fits"},
    {"image/hdr", "image/vnd.radiance"},
    {"image/icns", "image/x-icns"},
    {"image/ico", "image/x-icon"},
    {"image/icon", "image/x-icon"},
    {"image/j2c", "image/x-jp2-codestream"},
    {"image/j2k", "image/x-jp2-codestream"},
    {"image/jfif", "image/jpeg"},
    {"image/jpe", "image/jpeg"},
    {"image/jpeg2000", "image/jp2"},
    {"image/jpg", "image/jpeg"},
    {"image/ms-bmp", "image/bmp"},
    {"image/pcx", "image/x-pcx"},
    {"image/photoshop", "image/vnd.adobe.photoshop"},
    {"image/pjpeg", "image/jpeg"},
    {"image/psd", "image/vnd.adobe.photoshop"},
    {"image/qoi", "image/x-qoi"},
    {"image/svg", "image/svg+xml"},
    {"image/targa", "image/x-tga"},
    {"image/tga", "image/x-tga"},
    {"image/tif", "image/tiff"},
    {"image/vnd-ms.dds", "image/vnd.ms-dds"},
    {"image/vnd.djvu+multipage", "image/vnd.djvu"},
    {"image/vnd.microsoft.icon", "image/x-icon"},
    {"image/vnd.mozilla.apng", "image/apng"},
    {"image/vnd.ms-photo", "image/jxr"},
    {"image/vnd.zbrush.pcx", "image/x-pcx"},
    {"image/x-bitmap", "image/bmp"},
    {"image/x-bmp", "image/bmp"},
    {"image/x-bpg", "image/bpg"},
    {"image/x-citrix-jpeg", "image/jpeg"},
    {"image/x-citrix-png", "image/png"},
    {"image/x-cmu-raster", "image/x-sun-raster"},
    {"image/x-cursor", "image/x-win-bitmap"},
    {"image/x-dds", "image/vnd.ms-dds"},
    {"image/x-djvu", "image/vnd.djvu"},
    {"image/x-emf", "image/emf"},
    {"image/x-fits", "image/fits"},
    {"image/x-garmin-exe", "application/x-garmin-exe"},
    {"image/x-gif", "image/gif"},
    {"image/x-hdr", "image/vnd.radiance"},
    {"image/x-ico", "image/x-icon"},
    {"image/x-jls", "image/jls"},
    {"image/x-jp2", "image/jp2"},
    {"image/x-jpeg", "image/jpeg"},
    {"image/x-jpg", "image/jpeg"},
    {"image/x-jxr", "image/jxr"},
    {"image/x-ms-bmp", "image/bmp"},
    {"image/x-mvg", "text/x-mvg"},
    {"image/x-photoshop", "image/vnd.adobe.photoshop"},
    {"image/x-png", "image/png"},
    {"image/x-portable-graymap", "image/x-portable-greymap"},
    {"image/x-rgb", "image/sgi"},
    {"image/x-rgbe", "image/vnd.radiance"},
    {"image/x-sgi", "image/sgi"},
    {"image/x-svg+xml", "image/svg+xml"},
    {"image/x-targa", "image/x-tga"},
    {"image/x-tif", "image/tiff"},
    {"image/x-tiff", "image/tiff"},
    {"image/x-webp", "image/webp"},
    {"image/x-windows-bmp", "image/bmp"},
    {"image/x-wmf", "image/wmf"},
    {"image/x-xbm", "image/x-xbitmap"},
    {"image/x-xpm", "image/x-xpixmap"},
    {"image/x.djvu", "image/vnd.djvu"},
    {"image/xbm", "image/x-xbitmap"},
    {"image/xpm", "image/x-xpixmap"},
    {"text/json", "application/json"},
    {"text/pdf", "application/pdf"},
    {"text/x-svg", "image/svg+xml"},
    {"video/avi", "video/x-msvideo"},
    {"video/msvideo", "video/x-msvideo"},
    {"video/x-jng", "image/x-jng"},
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
    {"image/x-portable-pixmap", ".ppm"},
    {"image/x-xpixmap", ".xpm"},
    {"image/x-xbitmap", ".xbm"},
    {"image/heic-sequence", ".heics"},
    {"image/heif-sequence", ".heifs"},
    {"image/jls", ".jls"},
    {"image/jxr", ".jxr"},
    {"image/jpm", ".jpm"},
    {"image/x-jp2-codestream", ".j2c"},
    {"image/x-win-bitmap", ".cur"},
    {"image/x-xcursor", ".xcur"},
    {"image/x-icns", ".icns"},
    {"image/x-qoi", ".qoi"},
    {"image/bpg", ".bpg"},
    {"image/flif", ".flif"},
    {"image/x-farbfeld", ".ff"},
    {"image/x-jng", ".jng"},
    {"image/vnd.ms-dds", ".dds"},
    {"image/vnd.radiance", ".hdr"},
    {"image/sgi", ".sgi"},
    {"image/x-sun-raster", ".ras"},
    {"image/vnd.wap.wbmp", ".wbmp"},
    {"image/x-portable-arbitrarymap", ".pam"},
    {"image/x-portable-floatmap", ".pfm"},
    {"image/x-xv-thumbnail", ".p7"},
    {"image/x-xwindowdump", ".xwd"},
    {"image/x-xfig", ".fig"},
    {"image/x-miff", ".miff"},
    {"image/x-dcx", ".dcx"},
    {"image/x-dpx", ".dpx"},
    {"image/x-eps", ".eps"},
    {"image/emf", ".emf"},
    {"image/wmf", ".wmf"},
    {"image/cgm", ".cgm"},
    {"image/g3fax", ".g3"},
    {"image/fits", ".fits"},
    {"image/x.nifti", ".nii"},
    {"image/x-canon-cr2", ".cr2"},
    {"image/x-canon-crw", ".crw"},
    {"image/x-canon-cr3", ".cr3"},
    {"image/x-fuji-raf", ".raf"},
    {"image/x-olympus-orf", ".orf"},
    {"image/x-panasonic-rw2", ".rw2"},
    {"image/x-x3f", ".x3f"},
    {"image/vnd.dwg", ".dwg"},
    {"image/vnd.dxf", ".dxf"},
    {"image/vnd.fpx", ".fpx"},
    {"image/x-gimp-gbr", ".gbr"},
    {"image/x-gimp-gih", ".gih"},
    {"image/x-gimp-pat", ".pat"},
    {"image/x-paintnet", ".pdn"},
    {"image/x-pgf", ".pgf"},
    {"image/x-niff", ".nif"},
    {"image/x-quicktime", ".qtif"},
    {"image/x-sony-tim", ".tim"},
    {"image/x-os2-ico", ".ico"},
    {"image/x-os2-graphics", ".bmp"},
    {"image/x-ms-icl", ".icl"},
    {"image/x-ms-awd", ".awd"},
    {"image/x-atari-degas", ".pi1"},
    {"image/x-commodore-vbm", ".vbm"},
    {"image/x-3ds", ".3ds"},
    {"image/x-wordperfect-graphics", ".wpg"},
    {"image/x-wpg", ".wpg"},
    {"image/x-corel-bmf", ".bmf"},
    {"image/x-corel-cpt", ".cpt"},
    {"image/x-corel-des", ".des"},
    {"image/x-cpi", ".cpi"},
    {"image/x-deskmate-fig", ".fig"},
    {"image/x-epoc-mbm", ".mbm"},
    {"image/x-epoc-sketch", ".skc"},
    {"image/x-gem", ".img"},
    {"image/x-godot-stex", ".stex"},
    {"image/x-greenstreet-art", ".art"},
    {"image/x-hsi", ".hsi"},
    {"image/x-ibm-pointer", ".ptr"},
    {"image/x-idf", ".idf"},
    {"image/x-ilab", ".ilab"},
    {"image/x-intergraph", ".itg"},
    {"image/x-intergraph-cit", ".cit"},
    {"image/x-intergraph-rgb", ".rgb"},
    {"image/x-intergraph-rle", ".rle"},
    {"image/x-lss16", ".lss"},
    {"image/x-polar-monitor-bitmap", ".pmb"},
    {"image/x-award-bioslogo", ".epa"},
    {"image/x-award-bioslogo2", ".epa"},
    {"image/x-ulead-imaginfo", ".pe3"},
    {"image/x-ulead-pe3", ".pe3"},
    {"image/x-ulead-pe4", ".pe4"},
    {"image/x-ulead-pst", ".pst"},
    {"image/x-ulead-tpl", ".tpl"},
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

bool media_is_page(const char *essence) {
  if (strncmp(essence, "image/", 6) == 0) return false;
  return strncmp(essence, "text/", 5) == 0 || strcmp(essence, "application/json") == 0 || ends_with(essence, "+json") ||
         ends_with(essence, "+xml");
}

const char *seine_type_extension(const char *type) {
  char essence[MEDIA_TYPE_MAX];
  media_essence(type, essence, sizeof(essence));
  const char *extension = pair_find(extensions, COUNT(extensions), essence);
  return extension ? extension : "";
}
