/* Rules by host: how particular hosts are treated, out of the file of --host-rules. */
#ifndef SEINE_CLI_HOST_RULES_FILE_H
#define SEINE_CLI_HOST_RULES_FILE_H

#include <seine.h>

/* Reads lines like
 *     *.example.org  concurrency=2 rate=5 delay=0.2 header="Name: value" proxy=none
 * The patterns come out in lower case, as the engine knows hosts. *rules is the caller's, to be freed with
 * host_rules_free, also after an error. 0, or -1 and said so on stderr, with file and line. */
int host_rules_read(const char *path, seine_rule_t **rules, size_t *count);
void host_rules_free(seine_rule_t *rules, size_t count);

#endif
