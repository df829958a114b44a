/* What happens to hosts and proxies, as sentences for --verbose. */
#ifndef SEINE_CLI_EVENT_TEXT_H
#define SEINE_CLI_EVENT_TEXT_H

#include "base/text.h"

#include <seine.h>

/* Adds one sentence, without a line end; nothing for an event that is not known. Pure. The host is added without its
 * scheme's own port, and to be escaped by whoever shows it. */
void event_text(const seine_event_t *event, struct text *text);

#endif
