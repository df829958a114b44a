/* URLs taken apart by libcurl's own parser. The public part is in seine.h. */
#ifndef SEINE_ENGINE_URL_H
#define SEINE_ENGINE_URL_H

#include "seine.h"

/* Like seine_url_parse, and also gives in *full (unless full is NULL) the URL to hand to curl: userinfo kept, fragment
 * removed, host in punycode, bytes past ASCII percent-encoded. Free *full with free(); it is NULL after an error. */
int url_parse(seine_url_t *url, char **full, const char *text, char *cause, size_t size);

/* The scheme, host and port alone, for every URL that is queued: libcurl puts whole URLs together slowly. *full is NULL
 * where the text itself can be handed to curl. 0, SEINE_EURL or SEINE_ENOMEM. */
int url_origin(seine_url_t *url, char **full, const char *text);

/* The length of a URL up to its path, which alone says scheme, host and port; 0 if no host stands there. */
size_t url_origin_length(const char *text);

/* Whether a path, with what follows it, is one that no parser would refuse or read in two ways: visible ASCII after a
 * "/". */
bool url_is_plain_path(const char *path);

/* The URL of a redirect within its host, with the userinfo of the URL that was asked for, into *url, which the caller
 * frees; NULL if there is none. 0 or SEINE_ENOMEM. */
int url_with_userinfo_of(const char *target, const char *origin, char **url);

#endif
