/* Makes libraries end the command when memory is out, as its own allocations do. */
#ifndef MEMORY_H
#define MEMORY_H

/* Before any library is used. */
void memory_prepare(void);

#endif
