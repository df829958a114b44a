/* Cookies of one redirect chain, in libcurl's form: it reads, matches and sends them, and checks their domains against
 * the list of public suffixes. */
#ifndef SEINE_ENGINE_COOKIES_H
#define SEINE_ENGINE_COOKIES_H

#include <curl/curl.h>
#include <stdbool.h>

#define COOKIES_MAX       50 /* carried from one request of a chain to the next; further ones are dropped */
#define COOKIES_BYTES_MAX 16384

/* Lets a new handle read and send cookies. */
void cookies_enable(CURL *easy);

/* Gives the handle the cookies of the chain so far. False without memory. */
bool cookies_set(CURL *easy, const struct curl_slist *cookies);

/* Returns what the handle has after its transfer; the caller frees the list. NULL: none, or no memory. */
struct curl_slist *cookies_get(CURL *easy);

/* Empties the handle, before it serves another fetch. */
void cookies_clear(CURL *easy);

#endif
