/* The file name in a Content-Disposition header. The input is the room for the name in bytes, and the header. */
#include "base/utf8.h"
#include "fuzz.h"
#include "output/disposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  size_t room = data[0];
  char *header = fuzz_text(data + 1, size - 1), *name = malloc(room ? room : 1);
  if (!name) abort();
  size_t length = disposition_filename(header, name, room);
  if (room == 0) {
    MUST(length == 0);
  } else {
    MUST(length < room && strlen(name) == length);
    MUST(utf8_is_valid(name, length));
    MUST(!strchr(name, '/') && !strchr(name, '\\'));
  }
  free(name);
  free(header);
  return 0;
}
