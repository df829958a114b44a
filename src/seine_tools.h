/* Helpers that the seine command shares with the library: URLs, file name extensions, hard links, SHA-256, allocators.
 *
 * A program that only downloads needs seine.h alone. The helpers here need no engine; each does what the engine does
 * with the same input, so that a program that sorts, names or compares URLs agrees with the engine about them.
 *
 *   - Threads: any thread, unless a declaration says otherwise. No function keeps state between calls, except
 *     seine_replace_allocator.
 *   - Pointers given to a function are read during the call only. Who frees what is returned stands at each function.
 *   - Functions that can fail return 0 or one of the negative SEINE_E codes of seine.h. */
#ifndef SEINE_TOOLS_H
#define SEINE_TOOLS_H

#include <stddef.h>
#include <stdint.h>

#include "seine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- URLs ---- */

/* A URL split into its components by the URL standard of the browsers (url.spec.whatwg.org), as the engine splits every
 * URL that it requests:
 *
 *   - Tabs and line ends inside the text are ignored, and so are blanks, control characters and invisible marks around
 *     it.
 *   - Characters that a path or a query must not contain are percent-encoded. Where RFC 3986 section 3.3 or 3.4 allows
 *     fewer characters than browsers do, RFC 3986 decides.
 *   - A backslash counts as a slash. It is an error if an "@" follows it, since clients disagree about the host then.
 *
 * The struct owns all its strings; free them with seine_url_clear. */
typedef struct seine_url {
  char *scheme; /* "http" or "https" */
  char *host; /* lower case; international names in punycode, IPv4 as four numbers, IPv6 without brackets */
  unsigned port; /* the port of the URL, or else the default port of the scheme: 80 or 443 */
  char *path; /* percent-encoded, without "." and ".." segments; at least "/" */
  char *query; /* percent-encoded, without the "?"; NULL: no query */
  char *public_url; /* the canonical URL without userinfo and fragment, to be shown, logged and compared */
} seine_url_t;

/* Parses `text` into *url. Returns 0; SEINE_EURL for a URL that is malformed or not http(s), with an English sentence
 * that says why in cause[0..size), unless `cause` is NULL; or SEINE_ENOMEM. Call seine_url_clear afterwards in every
 * case. */
SEINE_EXTERN int seine_url_parse(seine_url_t *url, const char *text, char *cause, size_t size);

/* Frees the strings of *url and sets all members to 0. *url must have been given to seine_url_parse, or be zeroed. */
SEINE_EXTERN void seine_url_clear(seine_url_t *url);

/* Finds the URL in `text`, which has *size bytes and need not end with NUL: strips the blanks, control characters and
 * invisible marks at both ends. Sets *size to the length of the URL in bytes, and returns its offset in `text`. Changes
 * nothing inside the URL. */
SEINE_EXTERN size_t seine_url_trim(const char *text, size_t *size);

/* A fast test without an allocation: returns strlen(text) if `text` surely equals the public_url that seine_url_parse
 * would give for it, or 0 if it does not or if only seine_url_parse can tell. */
SEINE_EXTERN size_t seine_url_canonical_length(const char *text);

/* ---- Files ---- */

/* The usual file name extension of a media type such as "image/jpeg": ".jpg". Returns "" for a type that has none.
 * Static, never NULL. */
SEINE_EXTERN const char *seine_type_extension(const char *type);

/* Creates a hard link `to` to the regular file `from`. An existing file `to` is replaced in one step. Both paths are
 * relative to the folder `directory`, a descriptor that the caller keeps open (O_PATH suffices), must be valid as
 * seine_request.path of seine.h, and are followed through no symbolic link; missing folders of `to` are created. Blocks
 * on the file system: call it on a worker thread rather than on the loop's. Returns 0, SEINE_ENOMEM, or SEINE_EIO with
 * the cause in errno (ENOENT, EXDEV, EPERM, EMLINK, EBADF, ...). */
SEINE_EXTERN int seine_link(int directory, const char *from, const char *to);

/* Computes the SHA-256 (FIPS 180-4) of size_bytes bytes at `data`, and writes it to `digest`, 32 bytes. */
SEINE_EXTERN void seine_sha256(const void *data, size_t size_bytes, uint8_t digest[32]);

/* ---- Memory ---- */

/* The five allocation functions that libcurl and c-ares call, each with the contract of the function of the C library
 * in its comment. None may be NULL. Every thread that uses those libraries calls them. */
typedef struct seine_allocator {
  void *(*allocate)(size_t size); /* malloc */
  void (*release)(void *memory); /* free */
  void *(*resize)(void *memory, size_t size); /* realloc */
  char *(*duplicate)(const char *text); /* strdup */
  void *(*allocate_zeroed)(size_t count, size_t size); /* calloc */
} seine_allocator_t;

/* Makes libcurl and c-ares use these functions in the whole process, until it ends. For programs that prefer to exit
 * when memory is exhausted: libcurl 7.88 then requests a URL without its query, or crashes. *allocator is read during
 * the call only. Call it once, while there is one thread, before anything else of this library and before any other use
 * of libcurl or c-ares. Returns 0, or SEINE_ELIBRARY if one of the libraries could not be initialised. */
SEINE_EXTERN int seine_replace_allocator(const seine_allocator_t *allocator);

#ifdef __cplusplus
}
#endif

#endif
