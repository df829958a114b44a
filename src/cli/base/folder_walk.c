/* Walks over folders for whoever looks for files in them. */
#include "base/folder_walk.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
  const char *skip;
  walk_file_cb on_file;
  void *user;
  struct text path; /* of what is looked at; grows and shrinks with the depth */
  unsigned depth;
  uint64_t too_deep;
};

/* DT_REG, DT_DIR or something else. Not every file system has it in the folder itself. */
static unsigned char kind_of(int folder, const struct dirent *entry) {
  struct stat st;
  if (entry->d_type != DT_UNKNOWN) return entry->d_type;
  return fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? IFTODT(st.st_mode) : DT_UNKNOWN;
}

static void walk_folder(struct walk *walk, int fd);

static void walk_below(struct walk *walk, int folder, const char *name) {
  if (walk->depth == 0 && walk->skip && strcmp(name, walk->skip) == 0) return;
  if (walk->depth == WALK_DEPTH) {
    walk->too_deep++;
    return;
  }
  int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (below < 0) return;
  walk->depth++;
  text_add(&walk->path, "/", 1);
  walk_folder(walk, below);
  walk->depth--;
}

/* Closes the descriptor. */
static void walk_folder(struct walk *walk, int fd) {
  DIR *dir = fdopendir(fd);
  size_t length = walk->path.length;
  struct dirent *entry;
  if (!dir) {
    close(fd);
    return;
  }
  while ((entry = readdir(dir))) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    text_add(&walk->path, name, strlen(name));
    unsigned char kind = kind_of(fd, entry);
    if (kind == DT_DIR) walk_below(walk, fd, name);
    if (kind == DT_REG) walk->on_file(fd, name, walk->path.data, walk->user);
    text_add_room(&walk->path, walk->path.data + length);
  }
  closedir(dir);
}

uint64_t walk_files(int folder, const char *skip, walk_file_cb on_file, void *user) {
  struct walk walk = {.skip = skip, .on_file = on_file, .user = user};
  /* A descriptor of its own: reading a folder moves the place in it. */
  int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) walk_folder(&walk, fd);
  text_clear(&walk.path);
  return walk.too_deep;
}
