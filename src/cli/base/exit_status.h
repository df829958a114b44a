/* The exit statuses of the command. */
#ifndef SEINE_CLI_EXIT_STATUS_H
#define SEINE_CLI_EXIT_STATUS_H

#define EXIT_NOT_ALL     1 /* some URLs ended neither ok nor duplicate */
#define EXIT_USAGE       2 /* bad usage or configuration */
#define EXIT_BROKEN      3 /* the run could not go on */
#define EXIT_INTERRUPTED 130

#endif
