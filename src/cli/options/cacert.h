/* Whether a file of certificates is one. */
#ifndef SEINE_CLI_CACERT_H
#define SEINE_CLI_CACERT_H

#include <stddef.h>

/* 0, or -1 with a sentence in cause[0..size): the file cannot be read, or holds no certificate in PEM. */
int cacert_check(const char *path, char *cause, size_t size);

#endif
