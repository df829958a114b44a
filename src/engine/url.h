/* URLs taken apart by libcurl's own parser. The public part is in seine.h. */
#ifndef SEINE_ENGINE_URL_H
#define SEINE_ENGINE_URL_H

#include "seine.h"

/* Like seine_url_parse, and also gives in *full (unless full is NULL) the URL to hand to curl: userinfo kept, fragment
 * removed, host in punycode, bytes past ASCII percent-encoded. Free *full with free(); it is NULL after an error. */
int url_parse(seine_url_t *url, char **full, const char *text, char *cause, size_t size);

#endif
