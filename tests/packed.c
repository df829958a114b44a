/* Bytes compressed for tests, by libarchive. */
#include "packed.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(struct archive *archive, int code) {
  if (code == ARCHIVE_OK) return;
  fprintf(stderr, "a test's data cannot be compressed: %s\n", archive_error_string(archive));
  exit(99);
}

char *packed(const char *filter, const char *data, size_t size, size_t *packed_size) {
  size_t room = 2 * size + 65536;
  char *out = calloc(1, room);
  *packed_size = size;
  if (filter == NULL) return memcpy(out, data, size);
  struct archive *archive = archive_write_new();
  struct archive_entry *entry = archive_entry_new();
  must(archive, archive_write_add_filter_by_name(archive, filter));
  /* The fastest level has the smallest blocks, too: 100 KB for bzip2. */
  if (strcmp(filter, "xz") == 0 || strcmp(filter, "bzip2") == 0)
    must(archive, archive_write_set_filter_option(archive, NULL, "compression-level", "1"));
  must(archive, archive_write_set_format_raw(archive));
  must(archive, archive_write_set_bytes_per_block(archive, 0));
  must(archive, archive_write_open_memory(archive, out, room, packed_size));
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_pathname(entry, "list");
  must(archive, archive_write_header(archive, entry));
  if (size > 0 && archive_write_data(archive, data, size) != (la_ssize_t)size) must(archive, ARCHIVE_FATAL);
  must(archive, archive_write_close(archive));
  archive_write_free(archive);
  archive_entry_free(entry);
  return out;
}
