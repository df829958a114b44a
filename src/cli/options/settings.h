/* The values of all options. */
#ifndef SEINE_CLI_SETTINGS_H
#define SEINE_CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/list_kind.h"
#include "options/reject_list.h"
#include "seine.h"

enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

enum dedup_mode { DEDUP_OFF, DEDUP_ON, DEDUP_LINK };

struct settings {
  seine_options_t engine; /* strings owned by settings; `directory` is left NULL for whoever makes the folder */
  char **lists; /* files, "-", or URLs */
  size_t list_count;
  enum input_format input_format;
  char *url_column; /* NULL: the usual ones */
  char *encoding, *separator; /* NULL: found out */
  enum quote_style quote_style;
  char *checksum_column; /* NULL: the usual ones */
  char *partition; /* "I/N", sound; NULL: all */
  char *output; /* folder */
  char *name; /* preset or template */
  char *manifest; /* file; "-" is standard output */
  bool manifest_is_default; /* it was not given */
  unsigned output_format; /* index into sink_names */
  bool fresh, retry_failed, retry_rejected, check_files, durable, content_disposition, checksum;
  enum dedup_mode dedup;
  size_t read_ahead; /* records */
  int verbosity; /* -1 quiet, 0, 1 verbose */
  enum progress_mode progress;
  char *verify; /* folder to be verified, with nothing fetched; NULL */
  char *summary; /* file; NULL if none is wanted */
  char **proxy_files; /* that engine.proxies came from, too; NULL-terminated; NULL if there are none */
  char *reject_sha256; /* file that `rejected` came from; NULL if there is none */
  struct digest_set rejected; /* bytes that are not wanted */
  char **reject_redirect_to; /* patterns of URLs; NULL-terminated; NULL if there are none */
  char *host_rules; /* file that engine.rules came from; NULL if there is none */
};

#endif
