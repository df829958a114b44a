/* The names of files: whatever the template, the URL and the server say, a path stays below its folder. The input is a
 * template, a URL and a Content-Disposition, a line each; the first byte says more. */
#include "base/utf8.h"
#include "fuzz.h"
#include "output/disposition.h"
#include "output/naming.h"
#include "seine.h"

static const char *const types[] = {NULL, "image/jpeg", "image/png", "text/html", "application/octet-stream", "a/b"};
static const char *const presets[] = {"url", "sha256", "id", "path"};

static void check_name(const char *name, size_t length) {
  uint32_t code;
  MUST(length > 0 && length <= NAMING_COMPONENT_MAX);
  MUST(name[0] != '.' && name[0] != '-' && name[0] != ' ');
  MUST(name[length - 1] != '.' && name[length - 1] != ' ');
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(name + at, length - at, &code);
    MUST(step > 0 && !code_is_control(code) && !code_is_invisible(code));
  }
}

static void check_path(const char *path, bool backslash) {
  MUST(backslash || !strchr(path, '\\'));
  MUST(path[0] != '=' && path[0] != '+' && path[0] != '@'); /* a sheet would take it for a formula */
  for (const char *name = path;;) {
    size_t length = strcspn(name, "/");
    check_name(name, length);
    if (name[length] == '\0') return;
    name += length + 1;
  }
}

/* `backslash`: the template has one itself. */
static void check_both(const struct naming *naming, const struct naming_input *input, bool backslash) {
  char path[SEINE_PATH_MAX], again[SEINE_PATH_MAX], small[16];
  int error = naming_path(naming, input, false, path, sizeof path);
  MUST(naming_path(naming, input, true, again, sizeof again) == error);
  if (error) return;
  check_path(path, backslash);
  check_path(again, backslash);
  MUST(naming_path(naming, input, false, again, sizeof again) == 0 && strcmp(path, again) == 0);
  error = naming_path(naming, input, false, small, sizeof small);
  MUST(error == 0 ? strcmp(path, small) == 0 : strlen(path) >= sizeof small);
}

static const char *next_line(char **rest) {
  char *line = strsep(rest, "\n");
  return line ? line : "";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  uint8_t sha256[32], choice = data[0];
  char *text = fuzz_text(data + 1, size - 1), *rest = text, cause[512] = "";
  const char *template = next_line(&rest);
  struct naming *naming;
  struct naming_input input = {.id = size * UINT64_C(0x9e3779b97f4a7c15) >> (choice & 63),
                               .type = types[choice % (sizeof types / sizeof types[0])],
                               .sha256 = sha256};
  memset(sha256, choice, sizeof sha256);
  input.url = next_line(&rest);
  input.disposition = rest;
  if (*template == '\0') template = presets[choice % 4];
  if (naming_open(&naming, template, choice & 0x80, cause, sizeof cause) == 0) {
    check_both(naming, &input, strchr(template, '\\') != NULL);
    naming_close(naming);
  } else {
    MUST(naming == NULL && *cause);
  }
  free(text);
  return 0;
}
