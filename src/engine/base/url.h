/* Parses URLs as browsers do (url.spec.whatwg.org); the public part is in seine_tools.h. The canonical URL that libcurl
 * gets is ASCII, without a fragment, and always spelled the same way. Any thread. */
#ifndef SEINE_ENGINE_URL_H
#define SEINE_ENGINE_URL_H

#include "seine_tools.h"

/* Like seine_url_parse; also writes to *full (unless full is NULL) the canonical URL with its userinfo. Free *full with
 * free(); it is NULL after an error. */
int url_parse(seine_url_t *url, char **full, const char *text, char *cause, size_t size);

/* Reads the scheme, host and port alone, for every URL that is queued. *full is NULL where the text is canonical and
 * without userinfo. 0, SEINE_EURL or SEINE_ENOMEM. */
int url_origin(seine_url_t *url, char **full, const char *text);

/* Takes apart a reference as it stands in a Location header. `base` is the canonical URL that was requested; its
 * userinfo is not passed on. As url_parse otherwise. */
int url_resolve(seine_url_t *url, const char *base, const char *reference, char *cause, size_t size);

/* The length of a canonical URL up to its path, which alone says scheme, host and port; 0 if no host stands there. */
size_t url_origin_length(const char *text);

/* Whether a path with its query is canonical. */
bool url_is_canonical_path(const char *path);

/* Writes a canonical URL with the userinfo of another one into *url, which the caller frees; NULL if that has none. 0
 * or SEINE_ENOMEM. */
int url_with_userinfo_of(const char *target, const char *origin, char **url);

#endif
