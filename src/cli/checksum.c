/* Reads the checksum that a list gives behind a URL. */
#include "checksum.h"

#include <string.h>
#include <strings.h>

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int checksum_read(struct checksum *checksum, const char *text) {
  static const struct {
    const char *name;
    size_t size;
  } kinds[] = {{"sha256=", 32}, {"md5=", 16}};
  text += strspn(text, " \t");
  for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
    size_t length = strlen(kinds[kind].name);
    if (strncasecmp(text, kinds[kind].name, length) != 0) continue;
    const char *at = text + length;
    for (size_t i = 0; i < kinds[kind].size; i++, at += 2) {
      int high = digit(at[0]), low = high < 0 ? -1 : digit(at[1]);
      if (low < 0) return -1;
      checksum->bytes[i] = (uint8_t)(high << 4 | low);
    }
    checksum->size = kinds[kind].size;
    return at[strspn(at, " \t")] == '\0' ? 0 : -1;
  }
  return -1;
}
