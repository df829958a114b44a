/* Types by first bytes, and the root element of XML: no rule reads past the end, and what is found is a type or a
 * name. */
#include <string.h>

#include "body/markup.h"
#include "body/sniff.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const given[] = {"", "image/x-tga", "image/x-atari-degas", "text/plain"};
  char root[MARKUP_NAME_MAX];
  size_t some = size < SNIFF_HEAD_MAX ? size : SNIFF_HEAD_MAX;
  const char *type = sniff_type(data, some);
  MUST(!type || strncmp(type, "image/", 6) == 0);
  for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
    const char *checked = sniff_checked(given[i], data, some);
    MUST(checked == given[i] || !*checked || strcmp(checked, "application/zip") == 0);
  }
  markup_root(data, size, root);
  MUST(strlen(root) < sizeof root);
  MUST(!strpbrk(root, "<>/: \n"));
  return 0;
}
