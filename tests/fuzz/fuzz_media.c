/* Media types and the globs that accept them. The input is globs and a type, a line each. */
#include "body/media_type.h"
#include "fuzz.h"
#include "seine_tools.h"

#include <ctype.h>

/* The plain definition, by a table of what fits what; small inputs only. */
static bool fits(const char *glob, size_t size, const char *text) {
  size_t length = strlen(text);
  bool *row = calloc(length + 1, 1);
  if (!row) abort();
  row[0] = true;
  for (size_t i = 0; i < size; i++) {
    bool above_left = row[0];
    row[0] = row[0] && glob[i] == '*';
    for (size_t j = 1; j <= length; j++) {
      bool above = row[j];
      bool same = glob[i] == '?' || tolower((unsigned char)glob[i]) == tolower((unsigned char)text[j - 1]);
      row[j] = glob[i] == '*' ? row[j - 1] || above : same && above_left;
      above_left = above;
    }
  }
  bool result = row[length];
  free(row);
  return result;
}

static bool fits_any(const char *globs, const char *type) {
  while (*globs) {
    size_t size = strcspn(globs, ","), from = 0, to = size;
    while (from < to && (globs[from] == ' ' || globs[from] == '\t'))
      from++;
    while (to > from && (globs[to - 1] == ' ' || globs[to - 1] == '\t'))
      to--;
    if (to > from && fits(globs + from, to - from, type)) return true;
    globs += globs[size] ? size + 1 : size;
  }
  return false;
}

static void check_essence(const char *declared) {
  char essence[MEDIA_TYPE_MAX], again[MEDIA_TYPE_MAX], small[8];
  media_essence(declared, essence, sizeof essence);
  const char *slash = strchr(essence, '/');
  MUST(!*essence || (slash && slash > essence && slash[1] && !strchr(slash + 1, '/')));
  for (const char *at = essence; *at; at++)
    MUST(*at > ' ' && *at < 0x7f && !isupper((unsigned char)*at) && !strchr(",;\"\\<>()", *at));
  media_essence(essence, again, sizeof again);
  MUST(strcmp(essence, again) == 0);
  media_essence(declared, small, sizeof small);
  MUST(!*small || strcmp(small, essence) == 0);
  MUST(!media_is_specific("") && seine_type_extension(essence) != NULL);
  const char *extension = seine_type_extension(essence);
  MUST(!*extension || (*extension == '.' && strlen(extension) < 12 && !strchr(extension, '/')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size), *type = strchr(text, '\n');
  if (type) *type++ = '\0';
  if (!type) type = text + size;
  check_essence(type);
  MUST(media_accepts(NULL, type) && media_accepts("*", type));
  if (size < 4096) MUST(media_accepts(text, type) == fits_any(text, type));
  free(text);
  return 0;
}
