/* The key by which two spellings of a URL are one, and the text that rows and messages show. */
#ifndef SEINE_CLI_URL_KEY_H
#define SEINE_CLI_URL_KEY_H

#include "base/fingerprint_table.h"

#include <stddef.h>
#include <stdint.h>

/* Writes what a row shows of a record's text into out[0..size), cut to fit and NUL-terminated: the text as it is,
 * without userinfo, and with bytes that are not UTF-8 percent-encoded. Of a text that is no URL, all up to the last "@"
 * is left out, as a password may stand there. A second pass changes nothing. Returns the length. */
size_t url_shown(const char *text, char *out, size_t size);

/* The key of a URL, one for all its spellings: that of its canonical text, without userinfo and fragment. For a text
 * that is no URL, the key of what is shown of it. */
uint64_t url_key(const struct fingerprint_key *key, const char *text, const char *shown);

/* The key of a text that is recorded as no URL, with SEINE_EURL. No URL has it. */
uint64_t url_key_of_text(const struct fingerprint_key *key, const char *shown);

#endif
