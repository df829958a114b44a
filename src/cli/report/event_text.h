/* Events of hosts and proxies as sentences, for --verbose. Any thread. */
#ifndef SEINE_CLI_EVENT_TEXT_H
#define SEINE_CLI_EVENT_TEXT_H

#include "base/text.h"

#include <seine.h>

/* Adds one sentence, without a line end; nothing for an unknown event. The host is added without the default port of
 * its scheme, and unescaped: the caller escapes the sentence for a terminal. */
void event_text(const seine_event_t *event, struct text *text);

#endif
