/* What the process needs of the system before a run: signals that do not kill it, descriptors, threads. */
#ifndef SEINE_CLI_PROCESS_H
#define SEINE_CLI_PROCESS_H

/* Opens /dev/null in place of standard input, output or error where the caller closed it. Call it before all else. */
void process_open_missing_descriptors(void);

/* Ignores SIGPIPE and SIGXFSZ, raises the limit on open files as far as it goes, sets up the thread pool. 0, or the
 * exit status after a message, where there is no room for that. */
int process_prepare(void);

/* The transfers that the limit on open files has room for: `concurrency`, or fewer, and said so. */
unsigned process_fit(unsigned concurrency);

#endif
