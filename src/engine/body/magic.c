/* Loads and applies libmagic's rules so that a lack of memory or descriptors is an error and never a wrong type.
 *
 * libmagic 5.44 loads what it can: with one of its files left out, for whatever reason, magic_load is content, and an
 * image is application/octet-stream from there on, for good; or it crashes, on the next file. Each file is therefore a
 * set of its own, and the compiled ones are mapped here. A look that runs out of memory crashes, too: regcomp (glibc
 * 2.36) frees twice, and libmagic frees what vasprintf has not set. Memory for it is made sure of before. */
#include "body/magic.h"

#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seine.h"

#define SETS_MAX 8

/* Measured: a set of rules takes 0.2 MB, and a look 0.1 MB, but the first one by the rules for text 3.2 MB, most of it
 * kept. */
#define LOAD_BYTES       (512 << 10)
#define LOOK_BYTES       (256 << 10)
#define FIRST_TEXT_BYTES (4 << 20)

/* Nothing is unpacked, and no container is walked: hostile bytes have found bugs there before. */
#define LOOK_BINARY                                                                                                    \
  (MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF |          \
   MAGIC_NO_CHECK_APPTYPE | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_TEXT |   \
   MAGIC_NO_CHECK_ENCODING)
/* Without these, HTML and plain text would not be recognised. */
#define LOOK_TEXT (LOOK_BINARY & ~(MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_JSON))

struct set {
  magic_t magic;
  void *rules; /* a compiled file, mapped, which libmagic reads from; NULL: it has its own */
  size_t size;
};

struct types {
  struct set sets[SETS_MAX];
  size_t count;
  bool knows_text;
};

/* Whether there is memory for what comes next: what is given back here is this thread's next to take. */
static bool has_memory(size_t size) {
  void *volatile reserve = malloc(size);
  free(reserve);
  return reserve;
}

/* ---- Loading ---- */

/* The rules recurse and search; these bounds hold for each body. */
static void set_limits(magic_t magic) {
  static const struct {
    int param;
    size_t value;
  } limits[] = {
      {MAGIC_PARAM_INDIR_MAX, 15},
      {MAGIC_PARAM_NAME_MAX, 50},
      {MAGIC_PARAM_ELF_PHNUM_MAX, 16},
      {MAGIC_PARAM_ELF_SHNUM_MAX, 16},
      {MAGIC_PARAM_ELF_NOTES_MAX, 16},
      {MAGIC_PARAM_REGEX_MAX, TYPES_HEAD_MAX},
      {MAGIC_PARAM_BYTES_MAX, TYPES_HEAD_MAX},
#ifdef MAGIC_PARAM_ENCODING_MAX
      {MAGIC_PARAM_ENCODING_MAX, TYPES_HEAD_MAX},
#endif
  };
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
    (void)magic_setparam(magic, limits[i].param, &limits[i].value);
}

/* The files, separated by colons; the caller frees. libmagic keeps the path in one place for all threads. */
static char *find_path(void) {
  static pthread_mutex_t finding = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&finding);
  const char *path = magic_getpath(NULL, 0);
  char *copy = path ? strdup(path) : NULL;
  pthread_mutex_unlock(&finding);
  return copy;
}

static int error_of(int sys) {
  return sys == ENOMEM ? SEINE_ENOMEM : SEINE_ELIBRARY;
}

/* Maps a compiled file. One that is not there is no error: `set->rules` stays NULL. */
static int map_rules(struct set *set, const char *path) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : error_of(errno);
  int error = fstat(fd, &st) < 0 || st.st_size <= 0 ? SEINE_ELIBRARY : 0;
  if (!error) {
    /* Written to only if the bytes were for the other order. */
    set->size = (size_t)st.st_size;
    set->rules = mmap(NULL, set->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (set->rules == MAP_FAILED) {
      set->rules = NULL;
      error = error_of(errno);
    }
  }
  close(fd);
  return error;
}

/* Whether rules that are not compiled are any: the file for those of one's own is there on every Debian, with nothing
 * but a comment. */
static bool has_rules(const char *path) {
  struct stat st;
  char line[256];
  bool found = false, begins = true;
  FILE *file = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
  if (!file) return access(path, R_OK) == 0;
  while (!found && fgets(line, sizeof line, file)) {
    found = begins && line[0] != '#' && line[strspn(line, " \t\r\n")];
    begins = strchr(line, '\n');
  }
  found |= ferror(file) != 0;
  fclose(file);
  return found;
}

static void set_close(struct set *set) {
  if (set->magic) magic_close(set->magic);
  if (set->rules) munmap(set->rules, set->size);
  *set = (struct set){0};
}

/* Rules with a mistake in them are left out, as libmagic does. */
static int load_text(struct set *set, const char *path) {
  if (!has_rules(path)) return 0;
  errno = 0;
  bool loaded = magic_load(set->magic, path) == 0;
  int sys = errno == ENOMEM ? ENOMEM : magic_errno(set->magic);
  return sys ? error_of(sys) : loaded;
}

/* 1 if there are rules, 0 if not, or an error. */
static int set_open(struct set *set, const char *path) {
  static const char end[] = ".mgc";
  size_t length = strlen(path), compiled = strlen(end);
  bool is_compiled = length > compiled && strcmp(path + length - compiled, end) == 0;
  char *name = NULL;
  if (asprintf(&name, "%s%s", path, is_compiled ? "" : end) < 0) return SEINE_ENOMEM;
  int error = map_rules(set, name);
  free(name);
  if (error) return error;
  set->magic = magic_open(LOOK_BINARY);
  if (!set->magic) return SEINE_ENOMEM;
  if (!set->rules) return is_compiled ? 0 : load_text(set, path);
  errno = 0;
  if (magic_load_buffers(set->magic, &set->rules, &set->size, 1) == 0) return 1;
  return error_of(errno);
}

static int load_all(struct types *types, char *path) {
  for (char *partial; (partial = strsep(&path, ":"));) {
    if (!*partial || types->count == SETS_MAX) continue;
    struct set *set = &types->sets[types->count];
    int found = set_open(set, partial);
    if (found > 0) {
      set_limits(set->magic);
      types->count++;
      continue;
    }
    set_close(set);
    if (found < 0) return found;
  }
  return types->count > 0 ? 0 : SEINE_ELIBRARY;
}

int magic_types_open(struct types **types) {
  *types = NULL;
  if (!has_memory(LOAD_BYTES)) return SEINE_ENOMEM;
  struct types *made = calloc(1, sizeof *made);
  char *path = find_path();
  int error = made && path ? load_all(made, path) : SEINE_ENOMEM;
  free(path);
  if (error)
    magic_types_close(made);
  else
    *types = made;
  return error;
}

void magic_types_close(struct types *types) {
  if (!types) return;
  for (size_t i = 0; i < types->count; i++)
    set_close(&types->sets[i]);
  free(types);
}

/* ---- Looking ---- */

/* What one set says; libmagic does not tell of each allocation that failed. */
static int match_set(magic_t magic, bool text, const uint8_t *head, size_t size, char type[MEDIA_TYPE_MAX]) {
  if (magic_setflags(magic, text ? LOOK_TEXT : LOOK_BINARY) != 0) return SEINE_ELIBRARY;
  errno = 0;
  const char *found = magic_buffer(magic, head, size);
  if (!found || errno == ENOMEM) return error_of(errno);
  media_essence(found, type, MEDIA_TYPE_MAX);
  if (!media_is_specific(type) || strncmp(type, "inode/", 6) == 0) type[0] = 0;
  return 0;
}

int magic_match(struct types *types, bool text, const uint8_t *head, size_t size, char type[MEDIA_TYPE_MAX]) {
  static const char plain[] = "text/plain";
  bool is_plain = false;
  type[0] = 0;
  if (!has_memory(text && !types->knows_text ? FIRST_TEXT_BYTES : LOOK_BYTES)) return SEINE_ENOMEM;
  for (size_t i = 0; i < types->count; i++) {
    int error = match_set(types->sets[i].magic, text, head, size, type);
    if (error) return error;
    if (type[0] && strcmp(type, plain) != 0) break;
    is_plain |= type[0] != 0; /* which is what is left when no rule fits */
    type[0] = 0;
  }
  types->knows_text |= text;
  if (!type[0] && is_plain) strcpy(type, plain);
  return 0;
}
