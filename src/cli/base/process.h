/* Prepares the process for a run: ignored signals, limit on open files, thread pool. */
#ifndef SEINE_CLI_PROCESS_H
#define SEINE_CLI_PROCESS_H

/* Opens /dev/null in place of standard input, output or error where the caller closed it. Call it before all else. */
void process_open_missing_descriptors(void);

/* Ignores SIGPIPE and SIGXFSZ, raises the limit on open files as far as it goes, sets up the thread pool. 0, or the
 * exit status after a message, where there is no room for that. */
int process_prepare(void);

/* Returns `concurrency`, or fewer, with a message, if the limit on open files allows only fewer transfers. */
unsigned process_fit(unsigned concurrency);

#endif
