/* Which call is to fail: read from the environment once, counted, and told at the end.
 *
 *   SEINE_FAULT=CALL:N:ERRNO[:SCOPE]  the N-th CALL of the process fails with this errno; with N = 0 none does
 *   SEINE_FAULT_REPORT=FILE           gets how often CALL was called
 */
#ifndef SEINE_TESTS_FAULT_H
#define SEINE_TESTS_FAULT_H

#include <stdbool.h>

/* Whether this call of that name is the one to fail; then errno is set. From any thread. */
bool fault_due(const char *call);
/* Whether allocations of libraries count too, besides those of the program. */
bool fault_in_libraries(void);

#endif
