/* Bytes compressed for tests. */
#ifndef SEINE_TESTS_PACKED_H
#define SEINE_TESTS_PACKED_H

#include <stddef.h>

/* By the filter of libarchive that has this name: "gzip", "zstd", "xz", "bzip2"; NULL: as they are. The caller
 * frees. */
char *packed(const char *filter, const char *data, size_t size, size_t *packed_size);

#endif
