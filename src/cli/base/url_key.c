/* Names URLs without what is secret: for rows, and for the tables of what is done. */
#include "base/url_key.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <seine_tools.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME_BYTES  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."
#define IGNORED_BYTES "\t\n\r" /* in a URL */

/* ---- Rows ---- */

/* The place of user:password@ in a text. In one that is no URL, it is looked for behind "scheme:/" alone. */
static const char *find_authority(const char *text, bool is_url) {
  const char *colon = is_url ? strchr(text, ':') : text + strspn(text, SCHEME_BYTES);
  if (!is_url && (*colon != ':' || colon[1] != '/')) return text;
  return colon + 1 + strspn(colon + 1, "/\\" IGNORED_BYTES);
}

/* Finds the userinfo of a text: from *secret to before the end that is returned; both are the same if there is none. */
static const char *find_secret(const char *text, const char **secret) {
  *secret = text;
  if (strchr(text, '@') == NULL) return text;
  seine_url_t url;
  bool is_url = seine_url_parse(&url, text, NULL, 0) == 0;
  seine_url_clear(&url);
  *secret = find_authority(text, is_url);
  size_t size = is_url ? strcspn(*secret, "/?#\\") : strlen(*secret);
  const char *at = memrchr(*secret, '@', size);
  return at != NULL ? at + 1 : *secret;
}

/* How many of the next bytes stand for themselves. */
static size_t plain_run(const char *from, size_t room) {
  size_t length = 0;
  while (length < room && from[length] >= ' ' && from[length] < 0x7f)
    length++;
  return length;
}

/* Adds a text from `from` to `to`, or to its end if that is NULL, behind out[0..end). Returns the new end. */
static size_t add(char *out, size_t end, size_t size, const char *from, const char *to) {
  while (*from != '\0' && from != to) {
    size_t room = to != NULL && (size_t)(to - from) < size - end - 1 ? (size_t)(to - from) : size - end - 1;
    size_t run = plain_run(from, room);
    memcpy(out + end, from, run);
    end += run;
    from += run;
    if (run > 0) continue;
    uint32_t code;
    size_t step = (unsigned char)*from < 0x80 ? 1 : utf8_decode(from, strnlen(from, 4), &code);
    if (end + (step > 0 ? step : 3) >= size) break;
    if (step == 0) {
      end += (size_t)sprintf(out + end, "%%%02X", (unsigned char)*from++);
      continue;
    }
    memcpy(out + end, from, step);
    end += step;
    from += step;
  }
  return end;
}

size_t url_shown(const char *text, char *out, size_t size) {
  const char *secret, *rest = find_secret(text, &secret);
  size_t end = 0;
  if (size == 0) return 0;
  if (secret > text) end = add(out, end, size, text, secret);
  end = add(out, end, size, rest, NULL);
  out[end] = '\0';
  return end;
}

/* ---- Keys ---- */

uint64_t url_key(const struct fingerprint_key *key, const char *text, const char *shown) {
  size_t length = seine_url_canonical_length(text);
  if (length > 0) return fingerprint(key, text, length);
  seine_url_t url;
  bool is_url = seine_url_parse(&url, text, NULL, 0) == 0;
  uint64_t hash = is_url ? fingerprint(key, url.public_url, strlen(url.public_url)) : url_key_of_text(key, shown);
  seine_url_clear(&url);
  return hash;
}

/* A CSV has some characters percent-encoded, and no tabs and line ends in a URL: a text read back has the same key. */
uint64_t url_key_of_text(const struct fingerprint_key *key, const char *shown) {
  static const char digits[] = "0123456789ABCDEF";
  char *encoded = xmalloc(3 * strlen(shown) + 1), *to = encoded;
  for (const char *at = shown; *at != '\0'; at++) {
    unsigned char byte = (unsigned char)*at;
    if (byte >= ' ' && byte < 0x7f) {
      *to++ = (char)byte;
    } else if (strchr(IGNORED_BYTES, byte) == NULL) {
      *to++ = '%';
      *to++ = digits[byte >> 4];
      *to++ = digits[byte & 15];
    }
  }
  uint64_t hash = ~fingerprint(key, encoded, (size_t)(to - encoded));
  free(encoded);
  return hash;
}
