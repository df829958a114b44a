/* A template of names, taken apart: shared by naming_template.c, which reads it, and naming.c, which makes paths. */
#ifndef SEINE_CLI_NAMING_TEMPLATE_H
#define SEINE_CLI_NAMING_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#define NAMING_FIELD_MAX      8 /* fields cut to fit, in one component */
#define NAMING_URLHASH_DIGITS 16
#define NAMING_DIGEST_BYTES   32
#define NAMING_EXT_MOST       12 /* bytes of an extension */

enum naming_field { LITERAL, SLASH, STEM, EXT, HOST, PATH, ID, SHARD, URLHASH, SHA256 };

/* One field of a template, or text between fields. */
struct template_field {
  enum naming_field field;
  unsigned width; /* 0: as long as it is */
  char *text; /* of a LITERAL; owned */
};

struct naming {
  struct template_field *parts;
  size_t count;
  bool use_disposition;
  bool unique, own, late;
  bool has_path;
  size_t most; /* bytes of a component */
  bool wants_url, wants_urlhash, wants_sha256; /* what has to be worked out for a name */
  bool path_last, ext_last; /* the last component has a {path}, an {ext} */
};

/* Reads a template, or a preset by its name, into a zeroed struct. 0, or -1 with a sentence in cause[0..size); what was
 * read by then is freed with the struct. */
int naming_template_read(struct naming *naming, const char *template, char *cause, size_t size);

#endif
