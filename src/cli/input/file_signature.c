/* Tells archives, images and documents, which cannot be lists, by their first bytes. */
#include "input/file_signature.h"

#include <string.h>

#define IMAGE "is an image; give a file of URLs"
#define ZIP   "is a zip archive or an office document; unpack it, or save it as CSV, first"

static const struct {
  size_t length;
  const char *magic, *kind;
} kinds[] = {
    {4, "PK\3\4", ZIP},
    {4, "PK\5\6", ZIP}, /* with nothing in it */
    {6, "7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it first"},
    {6, "Rar!\x1a\x07", "is a RAR archive; unpack it first"},
    {5, "%PDF-", "is a PDF document; give a file of URLs"},
    {5, "PAR1\x15", "is a Parquet file; write it as CSV or JSON lines first"}, /* and a page's header */
    {8, "\x89PNG\r\n\x1a\n", IMAGE},
    {3, "\xff\xd8\xff", IMAGE},
    {6, "GIF87a", IMAGE},
    {6, "GIF89a", IMAGE},
};

/* It begins with a name, which is followed by a NUL byte or fills its field; the word stands after all numbers. */
static bool is_tar(const char *data, size_t length, bool *more) {
  enum { AT = 257, END = AT + 5 };
  if (length >= END) return memcmp(data + AT, "ustar", END - AT) == 0;
  *more |= memchr(data, '\0', length) != NULL;
  return false;
}

const char *file_signature_kind(const char *data, size_t length, bool *more) {
  *more = false;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    size_t known = length < kinds[i].length ? length : kinds[i].length;
    if (memcmp(data, kinds[i].magic, known) != 0) continue;
    if (known == kinds[i].length) return kinds[i].kind;
    *more = true;
  }
  return is_tar(data, length, more) ? "is a tar archive; unpack it first" : NULL;
}
