/* Messages on stderr. Any thread. */
#ifndef SEINE_CLI_MESSAGE_H
#define SEINE_CLI_MESSAGE_H

/* Prints "seine: ..." and a line end, in one write. The text is escaped by escape_for_terminal, so that names and bytes
 * from the network can be formatted into it as they are. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns the text of a negative libuv code; static. */
const char *reason_of(int error);

#endif
