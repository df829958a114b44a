/* The names that files were given, as fingerprints, so that no URL's file replaces another's. */
#include "output/taken_names.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "output/safe_name.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

struct taken_names {
  const struct fingerprint_key *key;
  struct fingerprint_table *taken; /* path to URL */
  locale_t locale; /* that knows the capitals of all scripts; 0: only those of ASCII are known */
};

struct taken_names *taken_names_new(const struct fingerprint_key *key) {
  struct taken_names *names = xcalloc(1, sizeof *names);
  names->key = key;
  names->taken = fingerprint_table_new(true);
  names->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  return names;
}

void taken_names_free(struct taken_names *names) {
  if (!names) return;
  fingerprint_table_free(names->taken);
  if (names->locale) freelocale(names->locale);
  free(names);
}

static uint32_t lower(const struct taken_names *names, uint32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
  return names->locale ? (uint32_t)towlower_l((wint_t)code, names->locale) : code;
}

static uint64_t key_of(const struct taken_names *names, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  size_t length = (size_t)(name - path) + safe_bare(name, strlen(name));
  uint32_t small[256], *codes = length < 256 ? small : xcalloc(length, sizeof *codes), code;
  size_t count = 0;
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(path + at, length - at, &code);
    codes[count++] = step ? lower(names, code) : (unsigned char)path[at];
    if (!step) step = 1;
  }
  uint64_t key = fingerprint(names->key, codes, count * sizeof *codes);
  if (codes != small) free(codes);
  return key;
}

bool taken_names_add(struct taken_names *names, const char *path, uint64_t url) {
  struct table_slot slot;
  if (fingerprint_table_insert(names->taken, key_of(names, path), &slot)) *slot.value = url;
  return *slot.value == url;
}

bool taken_names_would_add(const struct taken_names *names, const char *path, uint64_t url) {
  struct table_slot slot;
  return !fingerprint_table_find(names->taken, key_of(names, path), &slot) || *slot.value == url;
}

size_t taken_names_count(const struct taken_names *names) {
  return fingerprint_table_count(names->taken);
}
