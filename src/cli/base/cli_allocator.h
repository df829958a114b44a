/* Makes libraries end the command when memory is out, as its own allocations do, and libcurl take what it gave back. */
#ifndef SEINE_CLI_CLI_ALLOCATOR_H
#define SEINE_CLI_CLI_ALLOCATOR_H

/* Before any library is used, on the thread that libcurl will be used on. */
void memory_prepare(void);

#endif
