/* Which call is to fail: read from the environment once, counted, and told at the end.
 *
 *   SEINE_FAULT=CALL:N:ERRNO[:SCOPE]  the N-th CALL of the process fails with this errno; with N = 0 none does
 *   SEINE_FAULT=limit:N               the process may have N MiB of address space (or what it has by then), if N > 0
 *   SEINE_FAULT_REPORT=FILE           gets how often CALL was called, or how many MiB there were at most
 */
#ifndef SEINE_TESTS_FAULT_H
#define SEINE_TESTS_FAULT_H

#include <stdbool.h>

/* Whether this call of that name is the one to fail; then errno is set. From any thread. */
bool fault_due(const char *call);
/* Whose allocations count: "" those of the program, "libraries" those of libraries, too, else only those of the library
 * whose name this is. */
const char *fault_scope(void);

#endif
