/* Text of unknown origin made into something that is safe as the name of a file. */
#include "output/safe_name.h"
#include "base/text.h"
#include "base/text_escape.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void safe_add(struct text *out, const char *text, size_t length) {
  uint32_t code;
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(text + at, length - at, &code);
    if (step == 0) {
      text_printf(out, "%%%02X", (unsigned char)text[at]);
      step = 1;
    } else if (code_is_control(code) || (code < 0x80 && strchr("/\\:*?\"<>|", (int)code) != NULL)) {
      text_add(out, "_", 1);
    } else if (!code_is_invisible(code)) {
      text_add(out, text + at, step);
    }
  }
}

void safe_add_segment(struct text *out, const char *text, size_t length) {
  char *copy = xstrndup(text, length);
  size_t decoded = percent_decode(copy, length);
  if (utf8_is_valid(copy, decoded))
    safe_add(out, copy, decoded);
  else
    safe_add(out, text, length);
  free(copy);
}

static void remove_front(struct text *text, size_t count) {
  if (count == 0) return;
  text->length -= count;
  memmove(text->data, text->data + count, text->length + 1);
}

/* Dots and blanks at the ends hide a file, or are dropped by other systems. */
void safe_trim(struct text *name) {
  if (name->length == 0) return;
  remove_front(name, strspn(name->data, ". "));
  while (name->length > 0 && strchr(". ", name->data[name->length - 1]) != NULL)
    name->data[--name->length] = '\0';
}

size_t safe_extension(const char *name, size_t length) {
  bool letter = false;
  for (size_t at = length; at > 1 && length - at <= 5; at--) {
    char byte = name[at - 1];
    if (byte == '.') return letter ? at - 1 : length;
    if (!isalnum((unsigned char)byte)) return length;
    letter |= isalpha((unsigned char)byte) != 0;
  }
  return length;
}

size_t safe_bare(const char *name, size_t length) {
  for (size_t at; (at = safe_extension(name, length)) < length;)
    length = at;
  return length;
}

bool safe_looks_distinct(const char *name, size_t length) {
  if (length < 17 || name[length - 17] != '-') return false;
  for (size_t i = length - 16; i < length; i++)
    if (!isxdigit((unsigned char)name[i])) return false;
  return true;
}

bool safe_is_reserved(const char *name, bool top) {
  static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"};
  size_t length = strcspn(name, ".");
  while (length > 0 && name[length - 1] == ' ')
    length--;
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
    if (strlen(devices[i]) == length && strncasecmp(name, devices[i], length) == 0) return true;
  if (top && length == 8 && strncasecmp(name, "manifest", 8) == 0) return true;
  if (strncasecmp(name, "COM", 3) != 0 && strncasecmp(name, "LPT", 3) != 0) return false;
  if (length == 4) return isdigit((unsigned char)name[3]) != 0;
  /* Superscript one, two and three count as digits there. */
  return length == 5 && name[3] == '\xc2' && name[4] != '\0' && strchr("\xb9\xb2\xb3", name[4]) != NULL;
}

/* Extensions, and the one that stands for the same bytes. */
static const char *const spellings[][2] = {
    {".jpeg", ".jpg"},
    {".jpe", ".jpg"},
    {".jfif", ".jpg"},
    {".pjpeg", ".jpg"},
    {".tiff", ".tif"},
    {".htm", ".html"},
    {".mpeg", ".mpg"},
    {".mpe", ".mpg"},
    {".svgz", ".svg"},
    {".heif", ".heic"},
    {".hif", ".heic"},
    {".heics", ".heic"},
    {".heifs", ".heic"},
    {".avci", ".heic"},
    {".avifs", ".avif"},
    {".psb", ".psd"},
    {".mpo", ".jpg"},
    {".jps", ".jpg"},
    {".insp", ".jpg"},
    {".j2k", ".j2c"},
    {".jpc", ".j2c"},
    {".rgb", ".sgi"},
    {".rgba", ".sgi"},
    {".bw", ".sgi"},
    {".pic", ".hdr"},
    {".fit", ".fits"},
    {".fts", ".fits"},
    {".icb", ".tga"},
    {".vda", ".tga"},
    {".vst", ".tga"},
    {".epsf", ".eps"},
    {".epsi", ".eps"},
    {".wdp", ".jxr"},
    {".hdp", ".jxr"},
    {".djv", ".djvu"},
    /* Raw files of cameras, and others that are TIFF. */
    {".dng", ".tif"},
    {".nef", ".tif"},
    {".nrw", ".tif"},
    {".arw", ".tif"},
    {".sr2", ".tif"},
    {".srf", ".tif"},
    {".srw", ".tif"},
    {".pef", ".tif"},
    {".cr2", ".tif"},
    {".3fr", ".tif"},
    {".fff", ".tif"},
    {".iiq", ".tif"},
    {".erf", ".tif"},
    {".dcr", ".tif"},
    {".kdc", ".tif"},
    {".mef", ".tif"},
    {".mos", ".tif"},
    {".rwl", ".tif"},
    {".btf", ".tif"},
    {".tf8", ".tif"},
    {".svs", ".tif"},
    {".ptif", ".tif"},
    {".midi", ".mid"},
    {".aiff", ".aif"},
    {".apng", ".png"},
    {".text", ".txt"},
    {".m4v", ".mp4"},
    {".oga", ".ogg"},
    {".yml", ".txt"},
    {".dib", ".bmp"},
    /* Bytes that show no more than that they are text. */
    {".css", ".txt"},
    {".js", ".txt"},
    {".json", ".txt"},
    {".csv", ".txt"},
    {".tsv", ".txt"},
    {".md", ".txt"},
    {".log", ".txt"},
    {".xml", ".txt"},
    {".ini", ".txt"},
    {".yaml", ".txt"},
};

bool safe_same_extension(const char *one, const char *other) {
  for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
    if (strcasecmp(one, spellings[i][0]) == 0) one = spellings[i][1];
    if (strcasecmp(other, spellings[i][0]) == 0) other = spellings[i][1];
  }
  return strcasecmp(one, other) == 0;
}
