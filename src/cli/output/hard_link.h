/* Hard links to files that are held already, made off the loop. */
#ifndef SEINE_CLI_HARD_LINK_H
#define SEINE_CLI_HARD_LINK_H

#include <uv.h>

/* `sys` is 0, or an errno. */
typedef void (*hard_link_done_cb)(int sys, void *user);

/* Gives the file at `from` the name `to` as well, both below `directory`, which must stay until the callback. The
 * callback comes from the loop. */
void hard_link_make(uv_loop_t *loop, int directory, const char *from, const char *to, hard_link_done_cb on_done,
                    void *user);

#endif
