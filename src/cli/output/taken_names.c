/* The paths that files were given, as fingerprints, so that no URL's file replaces another's. */
#include "output/taken_names.h"
#include "output/safe_name.h"
#include "base/util.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

struct paths {
  const struct fingerprint_key *key;
  struct fingerprint_table *taken; /* path to URL */
  locale_t locale; /* that knows the capitals of all scripts; 0: only those of ASCII are known */
};

struct paths *taken_names_new(const struct fingerprint_key *key) {
  struct paths *paths = xcalloc(1, sizeof *paths);
  paths->key = key;
  paths->taken = fingerprint_table_new(true);
  paths->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  return paths;
}

void taken_names_free(struct paths *paths) {
  if (!paths) return;
  fingerprint_table_free(paths->taken);
  if (paths->locale) freelocale(paths->locale);
  free(paths);
}

static uint32_t lower(const struct paths *paths, uint32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
  return paths->locale ? (uint32_t)towlower_l((wint_t)code, paths->locale) : code;
}

static uint64_t key_of(const struct paths *paths, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  size_t length = (size_t)(name - path) + safe_bare(name, strlen(name));
  uint32_t small[256], *codes = length < 256 ? small : xcalloc(length, sizeof *codes), code;
  size_t count = 0;
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(path + at, length - at, &code);
    codes[count++] = step ? lower(paths, code) : (unsigned char)path[at];
    if (!step) step = 1;
  }
  uint64_t key = fingerprint(paths->key, codes, count * sizeof *codes);
  if (codes != small) free(codes);
  return key;
}

bool taken_names_add(struct paths *paths, const char *path, uint64_t url) {
  struct table_slot slot;
  if (fingerprint_table_insert(paths->taken, key_of(paths, path), &slot)) *slot.value = url;
  return *slot.value == url;
}

bool taken_names_would_add(const struct paths *paths, const char *path, uint64_t url) {
  struct table_slot slot;
  return !fingerprint_table_find(paths->taken, key_of(paths, path), &slot) || *slot.value == url;
}

size_t taken_names_count(const struct paths *paths) {
  return fingerprint_table_count(paths->taken);
}
