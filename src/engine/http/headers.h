/* Request headers of the caller, and which of them may leave the origin they were meant for. Pure. */
#ifndef SEINE_ENGINE_HEADERS_H
#define SEINE_ENGINE_HEADERS_H

#include <curl/curl.h>
#include <stdbool.h>

/* Bytes of a header's name and of other single words (RFC 9110). */
#define TOKEN_BYTES "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Whether there is a control character other than a tab. */
bool header_has_control(const char *text);

/* Checks that this is one "Name: value" line, and none that frames a message. 0, or SEINE_EINVAL with a sentence in
 * cause[0..size) (NULL: none). */
int header_check(const char *line, char *cause, size_t size);

/* Whether a header line may go to another origin after a redirect. Only what cannot be a secret may (curl
 * CVE-2018-1000007). */
bool header_is_harmless(const char *line);

/* Adds copies of `lines` (NULL-terminated; NULL: none) to *list, only the harmless ones if `cross_origin`. 0 or
 * SEINE_ENOMEM, after which *list is still good. */
int headers_add(struct curl_slist **list, const char *const *lines, bool cross_origin);

/* Adds copies of all `lines`. 0 or SEINE_ENOMEM, after which *list is still good. */
int headers_copy(struct curl_slist **list, const struct curl_slist *lines);

#endif
