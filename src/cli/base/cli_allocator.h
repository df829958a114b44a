/* Makes libraries end the command when memory is out, as its own allocations do. */
#ifndef SEINE_CLI_CLI_ALLOCATOR_H
#define SEINE_CLI_CLI_ALLOCATOR_H

/* Before any library is used. */
void memory_prepare(void);

#endif
