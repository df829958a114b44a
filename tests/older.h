/* This process as if it were on an older kernel or a poorer file system. */
#ifndef SEINE_TESTS_OLDER_H
#define SEINE_TESTS_OLDER_H

#include <stdbool.h>

/* From here on there is no openat2, there are no files without a name, no links by descriptor: for this thread and
 * those that it starts, for good. False if the system does not allow that. */
bool take_away(bool openat2, bool nameless, bool links);

#endif
