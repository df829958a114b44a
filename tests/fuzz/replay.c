/* Runs one fuzz target, linked to this main, on the inputs of its corpus: each whole, and cut short in several places.
 * Usage: fuzz_NAME [FILE|FOLDER...]; without any, the folder is $srcdir/tests/fuzz/corpus/NAME. */
#include "fixtures/support.h"
#include "fuzz.h"

#include <sys/stat.h>

#define CUTS 16

static size_t replayed;

static void replay_file(const char *path) {
  size_t size;
  char *data = file_read(path, &size);
  if (!data) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(99);
  }
  printf("%s\n", path);
  fflush(stdout); /* the name must be seen if the target ends the program */
  LLVMFuzzerTestOneInput((const uint8_t *)data, size);
  for (size_t i = 0; i < CUTS; i++)
    LLVMFuzzerTestOneInput((const uint8_t *)data, size * i / CUTS);
  free(data);
  replayed++;
}

static void replay(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
    replay_file(path);
    return;
  }
  struct files files = files_below(path);
  for (size_t i = 0; i < files.count; i++) {
    char *file = print("%s/%s", path, files.paths[i]);
    replay_file(file);
    free(file);
  }
  files_clear(&files);
}

/* After "fuzz_" in the program's name, which a wrapper may have put more before. */
static char *usual_folder(const char *program) {
  const char *slash = strrchr(program, '/'), *srcdir = getenv("srcdir");
  const char *name = strstr(slash ? slash : program, "fuzz_");
  return print("%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name ? name + strlen("fuzz_") : "");
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    replay(argv[i]);
  if (argc < 2) {
    char *folder = usual_folder(argv[0]);
    replay(folder);
    free(folder);
  }
  printf("%zu inputs replayed\n", replayed);
  return replayed == 0;
}
