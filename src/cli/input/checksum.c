/* Reads the checksum that a list gives for a URL. */
#include "input/checksum.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_bytes(uint8_t *bytes, size_t size, const char **at) {
  for (size_t i = 0; i < size; i++, *at += 2) {
    int high = digit((*at)[0]), low = high < 0 ? -1 : digit((*at)[1]);
    if (low < 0) return false;
    bytes[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

int checksum_read(struct checksum *checksum, const char *text) {
  static const struct {
    const char *name;
    size_t size;
  } kinds[] = {{"sha256=", 32}, {"sha256:", 32}, {"md5=", 16}, {"md5:", 16}, {"", 32}, {"", 16}};
  text += strspn(text, " \t");
  for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
    size_t length = strlen(kinds[kind].name);
    if (strncasecmp(text, kinds[kind].name, length) != 0) continue;
    const char *at = text + length;
    if (!read_bytes(checksum->bytes, kinds[kind].size, &at) || at[strspn(at, " \t")] != '\0') continue;
    checksum->size = kinds[kind].size;
    return 0;
  }
  return -1;
}
