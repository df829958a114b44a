/* The paths that files were given, as fingerprints, so that no URL's file replaces another's. */
#include "paths.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

struct paths {
  const struct fingerprint_key *key;
  struct table *taken; /* path to URL */
};

struct paths *paths_new(const struct fingerprint_key *key) {
  struct paths *paths = xcalloc(1, sizeof *paths);
  paths->key = key;
  paths->taken = table_new(true);
  return paths;
}

void paths_free(struct paths *paths) {
  if (!paths) return;
  table_free(paths->taken);
  free(paths);
}

bool paths_take(struct paths *paths, const char *path, uint64_t url) {
  struct table_slot slot;
  if (table_insert(paths->taken, fingerprint(paths->key, path, strlen(path)), &slot)) *slot.value = url;
  return *slot.value == url;
}

bool paths_would_take(const struct paths *paths, const char *path, uint64_t url) {
  struct table_slot slot;
  return !table_find(paths->taken, fingerprint(paths->key, path, strlen(path)), &slot) || *slot.value == url;
}

size_t paths_count(const struct paths *paths) {
  return table_count(paths->taken);
}
