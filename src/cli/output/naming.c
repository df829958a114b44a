/* A record and its result to the path of a file, by template; whatever a URL or a server puts into it is made safe. */
#include "output/naming.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "output/disposition.h"
#include "output/naming_template.h"
#include "output/safe_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seine.h"
#include "seine_tools.h"

#define SHARD_RECORDS   10000
#define URL_FOLDERS_MAX 32 /* folders that {path} makes; a deeper URL gets one, named by its hash */
#define URL_PATH_MAX    1000 /* bytes of such a path, likewise */
#define QUERY_MAX       90 /* bytes of a query that stands in a name */

int naming_open(struct naming **out, const char *template, bool use_disposition, char *cause, size_t size) {
  *out = NULL;
  struct naming *naming = xcalloc(1, sizeof *naming);
  naming->use_disposition = use_disposition;
  naming->most = NAMING_COMPONENT_MAX;
  if (naming_template_read(naming, template, cause, size) < 0) {
    naming_close(naming);
    return -1;
  }
  *out = naming;
  return 0;
}

bool naming_is_unique(const struct naming *naming) {
  return naming->unique;
}

bool naming_is_own(const struct naming *naming) {
  return naming->own || !naming->unique;
}

bool naming_is_late(const struct naming *naming) {
  return naming->late;
}

void naming_limit(struct naming *naming, size_t most) {
  if (most < naming->most) naming->most = most;
}

void naming_close(struct naming *naming) {
  if (naming == NULL) return;
  for (size_t i = 0; i < naming->count; i++)
    free(naming->parts[i].text);
  free(naming->parts);
  free(naming);
}

/* ---- One name ---- */

/* A component while it is put together, and the path so far. */
struct draft {
  const struct naming *naming;
  const struct naming_input *input;
  bool distinct;
  bool key; /* all but the extension is wanted, cut as if there were the longest */
  bool has_host; /* in this component */
  const seine_url_t *url;
  char urlhash[NAMING_URLHASH_DIGITS + 1];
  struct text path;
  struct text name; /* the component */
  struct {
    size_t at, length;
  } cuts[NAMING_FIELD_MAX]; /* where the name may be made shorter */
  size_t cut_count;
  size_t extension; /* where an {ext} begins that ends the name */
};

static void hex(const uint8_t *bytes, size_t digits, char *out) {
  for (size_t i = 0; i < digits; i++)
    out[i] = "0123456789abcdef"[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15];
  out[digits] = '\0';
}

/* Brings the name down to `limit` bytes, taking from the longest of its fields that can be cut. */
static void shorten(struct draft *draft, size_t limit) {
  struct text *name = &draft->name;
  while (name->length > limit) {
    size_t longest = 0;
    for (size_t i = 1; i < draft->cut_count; i++)
      if (draft->cuts[i].length > draft->cuts[longest].length) longest = i;
    if (draft->cut_count == 0 || draft->cuts[longest].length == 0) return;
    size_t at = draft->cuts[longest].at, length = draft->cuts[longest].length;
    size_t over = name->length - limit;
    size_t kept = utf8_cut(name->data + at, length, over < length ? length - over : 0);
    size_t gone = length - kept;
    memmove(name->data + at + kept, name->data + at + length, name->length - at - length + 1);
    name->length -= gone;
    draft->cuts[longest].length = kept;
    for (size_t i = longest + 1; i < draft->cut_count; i++)
      draft->cuts[i].at -= gone;
    if (draft->extension != SIZE_MAX) draft->extension -= gone;
  }
}

static void insert(struct text *text, size_t at, const char *added) {
  size_t length = strlen(added), tail = text->length - at;
  text_add(text, added, length);
  memmove(text->data + at + length, text->data + at, tail);
  memcpy(text->data + at, added, length);
}

static const char *type_extension(const struct draft *draft) {
  return !draft->key && draft->input->type != NULL ? seine_type_extension(draft->input->type) : "";
}

/* The URL's own extension stays where it tells the truth; otherwise the right one is put behind it. A file always has
 * one: its name is then never that of a folder, which has none (below). */
static void correct_extension(struct draft *draft) {
  struct text *name = &draft->name;
  const char *right = type_extension(draft);
  size_t at = safe_extension(name->data, name->length);
  if (*right == '\0' && draft->input->type != NULL && !draft->key && at == name->length) right = ".bin";
  if (*right == '\0' || safe_same_extension(name->data + at, right)) return;
  draft->extension = name->length;
  text_add(name, right, strlen(right));
}

/* A URL whose own name looks like one that was made distinct cannot be told from that one. */
static bool wants_hash(const struct draft *draft) {
  const struct text *name = &draft->name;
  if (draft->distinct) return true;
  return !draft->naming->unique && safe_looks_distinct(name->data, safe_bare(name->data, name->length));
}

/* "a.jpg" and "a.jpg/b.jpg" are both URLs; files and folders of one name are none. */
static void mark_folder(struct draft *draft) {
  struct text *name = &draft->name;
  if (draft->naming->has_path && !draft->has_host && safe_extension(name->data, name->length) < name->length)
    text_add(name, "_", 1);
}

/* Ends the component and begins the next. */
static void finish(struct draft *draft, bool last) {
  struct text *name = &draft->name;
  if (name->length == 0) text_add(name, "index", 5);
  bool distinct = last && wants_hash(draft);
  if (last && draft->naming->path_last && !draft->naming->ext_last) correct_extension(draft);
  size_t room = draft->naming->most - 1;
  if (distinct || draft->key) room -= NAMING_URLHASH_DIGITS + 1;
  if (draft->key) room -= NAMING_EXT_MOST;
  if (!last && draft->naming->has_path) room--; /* for mark_folder */
  shorten(draft, room);
  if (distinct) {
    char added[NAMING_URLHASH_DIGITS + 2];
    snprintf(added, sizeof added, "-%s", draft->urlhash);
    insert(name, draft->extension != SIZE_MAX ? draft->extension : safe_extension(name->data, name->length), added);
  }
  safe_trim(name);
  if (name->length == 0) text_add(name, "index", 5);
  if (!last) mark_folder(draft);
  if (name->data[0] == '-') name->data[0] = '_'; /* "rm *" would take it for options */
  /* A sheet would take the whole path for a formula. */
  if (draft->path.length == 0 && strchr("=+@", name->data[0])) name->data[0] = '_';
  if (safe_is_reserved(name->data, draft->path.length == 0)) insert(name, 0, "_");

  if (draft->path.length > 0) text_add(&draft->path, "/", 1);
  text_add(&draft->path, name->data, name->length);
  name->length = 0;
  draft->cut_count = 0;
  draft->has_host = false;
  draft->extension = SIZE_MAX;
}

/* Adds a field that may be cut: all that was added to the name since `from`. */
static void note_cut(struct draft *draft, size_t from) {
  if (draft->cut_count == NAMING_FIELD_MAX) return;
  draft->cuts[draft->cut_count].at = from;
  draft->cuts[draft->cut_count++].length = draft->name.length - from;
}

/* The name of the file that the answer suggests, or the last part of the URL's path; "" if there is none. */
static void base_name(const struct draft *draft, struct text *name) {
  char suggested[1024];
  size_t length = 0;
  if (draft->naming->use_disposition)
    length = disposition_filename(draft->input->disposition, suggested, sizeof suggested);
  if (length > 0) safe_add(name, suggested, length);
  safe_trim(name);
  if (name->length > 0) return;
  const char *segment = strrchr(draft->url->path, '/');
  segment = segment != NULL ? segment + 1 : draft->url->path;
  safe_add_segment(name, segment, strlen(segment));
  safe_trim(name);
}

static void add_stem(struct draft *draft) {
  struct text stem = {0};
  base_name(draft, &stem);
  if (stem.length > 0) {
    stem.length = safe_extension(stem.data, stem.length);
    stem.data[stem.length] = '\0';
    safe_trim(&stem);
  }
  if (stem.length == 0) text_add(&stem, "index", 5);
  text_add(&draft->name, stem.data, stem.length);
  text_clear(&stem);
}

/* Whether it is known what the bytes are. */
static bool has_type(const struct naming_input *input) {
  return input->type != NULL && strcmp(input->type, "application/octet-stream") != 0;
}

/* The extension of the name is kept where the type of the bytes is known, and has none. */
static void add_extension(struct draft *draft) {
  const char *extension = type_extension(draft);
  struct text name = {0};
  if (*extension == '\0' && has_type(draft->input) && !draft->key) base_name(draft, &name);
  if (name.length > 0) extension = name.data + safe_extension(name.data, name.length);
  text_add(&draft->name, extension, strlen(extension));
  text_clear(&name);
}

static void add_host(struct draft *draft) {
  const seine_url_t *url = draft->url;
  draft->has_host = true;
  safe_add(&draft->name, url->host, strlen(url->host));
  if (url->port != (strcmp(url->scheme, "https") == 0 ? 443 : 80)) text_printf(&draft->name, "+%u", url->port);
}

/* Two queries never give one name: a query of harmless characters stands as it is, any other as the URL's hash. */
static void add_query(struct draft *draft) {
  const char *query = draft->url->query;
  if (query == NULL) return;
  size_t length = strlen(query);
  size_t harmless = strspn(query, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~=&+,;@!$'()%");
  if (harmless < length || length > QUERY_MAX || (length > 0 && query[length - 1] == '.')) query = draft->urlhash;
  text_printf(&draft->name, "?%s", query);
}

/* The last piece of {path}. What is cut is its name: the query and the extension stay. */
static void add_leaf(struct draft *draft, const char *segment) {
  struct text leaf = {0};
  safe_add_segment(&leaf, segment, strlen(segment));
  safe_trim(&leaf);
  if (leaf.length == 0) text_add(&leaf, "index", 5);
  size_t stem = safe_extension(leaf.data, leaf.length);
  size_t from = draft->name.length;
  text_add(&draft->name, leaf.data, stem);
  note_cut(draft, from);
  if (!draft->naming->path_last || !draft->naming->ext_last)
    text_add(&draft->name, leaf.data + stem, leaf.length - stem);
  add_query(draft);
  text_clear(&leaf);
}

/* A folder of {path}. One that has no name, or only dots, is left out. */
static void add_folder(struct draft *draft, const char *segment, size_t length) {
  struct text folder = {0};
  safe_add_segment(&folder, segment, length);
  safe_trim(&folder);
  if (folder.length > 0) {
    size_t from = draft->name.length;
    text_add(&draft->name, folder.data, folder.length);
    note_cut(draft, from);
    finish(draft, false);
  }
  text_clear(&folder);
}

static void add_path(struct draft *draft) {
  const char *at = draft->url->path;
  const char *leaf = strrchr(at, '/');
  leaf = leaf != NULL ? leaf + 1 : at;
  size_t folders = 0;
  for (const char *slash = at; slash < leaf; slash++)
    folders += *slash == '/';
  if (folders > URL_FOLDERS_MAX || (size_t)(leaf - at) > URL_PATH_MAX) {
    text_add(&draft->name, draft->urlhash, NAMING_URLHASH_DIGITS);
    finish(draft, false);
    at = leaf;
  }
  for (size_t length; at < leaf; at += length + 1) {
    length = strcspn(at, "/");
    add_folder(draft, at, length);
  }
  add_leaf(draft, leaf);
}

static void add_part_value(struct draft *draft, const struct template_field *part) {
  const struct naming_input *input = draft->input;
  struct text *name = &draft->name;
  size_t from = name->length;
  char digits[2 * NAMING_DIGEST_BYTES + 1];
  draft->extension = SIZE_MAX;
  switch (part->field) {
  case LITERAL: text_add(name, part->text, strlen(part->text)); break;
  case SLASH: finish(draft, false); break;
  case STEM:
    add_stem(draft);
    note_cut(draft, from);
    break;
  case EXT:
    draft->extension = from;
    add_extension(draft);
    break;
  case HOST:
    add_host(draft);
    note_cut(draft, from);
    break;
  case PATH: add_path(draft); break;
  case ID: text_printf(name, "%0*llu", (int)part->width, (unsigned long long)input->id); break;
  case SHARD: text_printf(name, "%0*llu", (int)part->width, (unsigned long long)(input->id / SHARD_RECORDS)); break;
  case URLHASH: text_add(name, draft->urlhash, part->width > 0 ? part->width : NAMING_URLHASH_DIGITS); break;
  case SHA256:
    hex(input->sha256, part->width > 0 ? part->width : 2 * NAMING_DIGEST_BYTES, digits);
    text_add(name, digits, strlen(digits));
    break;
  }
}

static int make_path(struct draft draft, char *path, size_t size) {
  const struct naming *naming = draft.naming;
  const struct naming_input *input = draft.input;
  seine_url_t parsed = {0};
  int error = 0;
  if (naming->wants_sha256 && input->sha256 == NULL) return SEINE_EINVAL;
  if (naming->wants_url && input->parsed == NULL) error = seine_url_parse(&parsed, input->url, NULL, 0);
  draft.url = input->parsed != NULL ? input->parsed : &parsed;
  if (error == 0) {
    if (naming->wants_urlhash || draft.distinct || !naming->unique) {
      uint8_t digest[NAMING_DIGEST_BYTES];
      seine_sha256(input->url, strlen(input->url), digest);
      hex(digest, NAMING_URLHASH_DIGITS, draft.urlhash);
    }
    for (size_t i = 0; i < naming->count; i++)
      add_part_value(&draft, &naming->parts[i]);
    finish(&draft, true);
    if (draft.path.length >= size)
      error = SEINE_EINVAL;
    else
      memcpy(path, draft.path.data, draft.path.length + 1);
  }
  seine_url_clear(&parsed);
  text_clear(&draft.path);
  text_clear(&draft.name);
  return error;
}

static int make_either(const struct naming *naming, const struct naming_input *input, bool distinct, char *path,
                       size_t size) {
  return make_path((struct draft){.naming = naming, .input = input, .distinct = distinct, .extension = SIZE_MAX}, path,
                   size);
}

/* Of two URLs with one name, whichever comes later has the longer one: if either does not fit, neither may be had, or
 * which URL has a file would depend on the order. */
int naming_path(const struct naming *naming, const struct naming_input *input, bool distinct, char *path, size_t size) {
  char other[SEINE_PATH_MAX];
  int error = make_either(naming, input, distinct, path, size);
  if (error || strlen(path) + NAMING_COMPONENT_MAX < SEINE_PATH_MAX) return error;
  return make_either(naming, input, !distinct, other, sizeof other);
}

int naming_key(const struct naming *naming, const struct naming_input *input, char *path, size_t size) {
  return make_path((struct draft){.naming = naming, .input = input, .key = true, .extension = SIZE_MAX}, path, size);
}
