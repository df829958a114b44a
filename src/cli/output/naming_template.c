/* Reads templates of names, and what they need for a name. */
#include "output/naming_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "output/safe_name.h"
#include "seine.h"

#define LEAF_FIXED 110 /* what is not cut of the last piece of {path}: query, extensions, a few letters */

/* `most` is the largest width, and the digits that a field without a width has at most; 0 takes no width. */
static const struct field_row {
  const char *name;
  enum naming_field field;
  unsigned most;
} fields[] = {
    {"stem", STEM, 0}, {"ext", EXT, 0},      {"host", HOST, 0},        {"path", PATH, 0},
    {"id", ID, 20},    {"shard", SHARD, 20}, {"urlhash", URLHASH, 16}, {"sha256", SHA256, 64},
};

static const struct {
  const char *name, *template;
} presets[] = {
    {"url", "{stem}-{urlhash}{ext}"},
    {"sha256", "{sha256:2}/{sha256}{ext}"},
    {"id", "{shard:05}/{id:09}{ext}"},
    {"path", "{host}/{path}"},
};

static int refuse(char *cause, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int refuse(char *cause, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(cause, size, format, arguments);
  va_end(arguments);
  return -1;
}

static struct template_field *add_part(struct naming *naming, enum naming_field field) {
  naming->parts = xrealloc(naming->parts, (naming->count + 1) * sizeof *naming->parts);
  struct template_field *part = &naming->parts[naming->count++];
  *part = (struct template_field){.field = field};
  return part;
}

static void add_literal(struct naming *naming, const char *text, size_t length) {
  struct template_field *last = naming->count > 0 ? &naming->parts[naming->count - 1] : NULL;
  if (last == NULL || last->field != LITERAL) {
    add_part(naming, LITERAL)->text = xstrndup(text, length);
    return;
  }
  char *joined = xasprintf("%s%.*s", last->text, (int)length, text);
  free(last->text);
  last->text = joined;
}

/* Reads "name}" or "name:09}". Returns what follows, or NULL after a refusal. */
static const char *read_field(struct naming *naming, const char *at, char *cause, size_t size) {
  size_t length = strcspn(at, "}");
  size_t name = strcspn(at, ":}");
  if (at[length] == '\0') {
    refuse(cause, size, "the name template has a \"{\" without a \"}\"; a brace itself is written \"{{\"");
    return NULL;
  }
  const struct field_row *row = NULL;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    if (strlen(fields[i].name) == name && strncmp(at, fields[i].name, name) == 0) row = &fields[i];
  if (row == NULL) {
    refuse(cause, size,
           "the name template has no field \"{%.*s}\"; there are {stem} {ext} {host} {path} {id} {shard} {urlhash} "
           "{sha256}",
           (int)length, at);
    return NULL;
  }
  unsigned long width = 0;
  if (name < length) {
    const char *digits = at + name + 1;
    size_t count = strspn(digits, "0123456789");
    width = count > 0 && count <= 3 && digits[count] == '}' ? strtoul(digits, NULL, 10) : 0;
    if (width < 1 || width > row->most) {
      if (row->most == 0)
        refuse(cause, size, "the name template has \"{%.*s}\", but {%s} takes no number", (int)length, at, row->name);
      else
        refuse(cause, size, "the name template has \"{%.*s}\", but {%s:N} takes an N from 1 to %u", (int)length, at,
               row->name, row->most);
      return NULL;
    }
  }
  add_part(naming, row->field)->width = (unsigned)width;
  return at + length + 1;
}

static int parse_template(struct naming *naming, const char *template, char *cause, size_t size) {
  const char *at = template;
  while (*at != '\0') {
    size_t plain = strcspn(at, "{}/");
    if (plain > 0) {
      add_literal(naming, at, plain);
    } else if (*at == '/') {
      add_part(naming, SLASH);
      plain = 1;
    } else if (at[1] == *at) {
      add_literal(naming, at, 1);
      plain = 2;
    } else if (*at == '}') {
      return refuse(cause, size, "the name template has a \"}\" without a \"{\"; a brace itself is written \"}}\"");
    } else {
      at = read_field(naming, at + 1, cause, size);
      if (at == NULL) return -1;
      continue;
    }
    at += plain;
  }
  return 0;
}

static int check_text(const char *template, char *cause, size_t size) {
  uint32_t code;
  size_t length = strlen(template);
  if (length == 0) return refuse(cause, size, "the name template is empty");
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(template + at, length - at, &code);
    if (step == 0) return refuse(cause, size, "the name template is not valid UTF-8");
    if (code_is_control(code) || code_is_invisible(code))
      return refuse(cause, size, "the name template contains a control character or an invisible one");
  }
  if (*template == '/')
    return refuse(cause, size, "the name template begins with \"/\"; names are below the output folder");
  if (template[length - 1] == '/')
    return refuse(cause, size, "the name template ends in \"/\", so that a file has no name");
  if (strstr(template, "//") != NULL)
    return refuse(cause, size, "the name template has a folder without a name (\"//\")");
  if (*template == '.' || strstr(template, "/.") != NULL)
    return refuse(cause, size, "the name template has a name that begins with a dot");
  return 0;
}

/* Bytes that a part takes at most and that cannot be cut. */
static size_t part_fixed(const struct template_field *part) {
  switch (part->field) {
  case LITERAL: return strlen(part->text);
  case EXT: return NAMING_EXT_MOST;
  case ID:
  case SHARD: return 20;
  case URLHASH: return part->width > 0 ? part->width : NAMING_URLHASH_DIGITS;
  case SHA256: return part->width > 0 ? part->width : 2 * NAMING_DIGEST_BYTES;
  case PATH: return LEAF_FIXED;
  default: return 8; /* cut, but not to nothing */
  }
}

/* Room must be left for "_", and for what `distinct` adds. */
static int check_parts(struct naming *naming, const char *template, char *cause, size_t size) {
  size_t fixed = 0, cut = 0, named = 0;
  for (size_t i = 0; i < naming->count; i++) {
    const struct template_field *part = &naming->parts[i];
    if (part->field == SLASH) {
      fixed = cut = 0;
      continue;
    }
    fixed += part_fixed(part);
    cut += part->field >= STEM && part->field <= PATH && part->field != EXT;
    named += part->field != LITERAL;
    if (fixed > NAMING_COMPONENT_MAX - NAMING_URLHASH_DIGITS - 2 || cut > NAMING_FIELD_MAX)
      return refuse(cause, size, "the name template makes names longer than %d bytes", NAMING_COMPONENT_MAX);
  }
  if (named == 0)
    return refuse(cause, size,
                  "the name \"%.100s\" is neither a preset (url, sha256, id, path) nor a template with a field such as "
                  "{stem}",
                  template);
  return 0;
}

/* 64 bits are enough for no two of any list to meet. */
static bool is_long(const struct template_field *part) {
  return part->width == 0 || part->width >= 16;
}

static void note_wants(struct naming *naming) {
  for (size_t i = 0; i < naming->count; i++) {
    const struct template_field *part = &naming->parts[i];
    if (part->field == SLASH) naming->path_last = naming->ext_last = false;
    naming->path_last |= part->field == PATH;
    naming->ext_last |= part->field == EXT;
    naming->wants_url |= part->field == STEM || part->field == EXT || part->field == HOST || part->field == PATH;
    naming->wants_urlhash |= part->field == URLHASH || part->field == PATH;
    naming->wants_sha256 |= part->field == SHA256;
    naming->own |= part->field == ID || (part->field == URLHASH && is_long(part));
    naming->unique |= part->field == ID || ((part->field == URLHASH || part->field == SHA256) && is_long(part));
    naming->has_path |= part->field == PATH;
    /* An extension that ends the name is no matter: keys are without. */
    naming->late |= part->field == SHA256 || (part->field == STEM && naming->use_disposition) ||
                    (part->field == EXT && i + 1 < naming->count);
  }
  naming->late &= !naming->unique;
}

int naming_template_read(struct naming *naming, const char *template, char *cause, size_t size) {
  for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
    if (strcmp(template, presets[i].name) == 0) {
      template = presets[i].template;
      break;
    }
  if (check_text(template, cause, size) < 0 || parse_template(naming, template, cause, size) < 0 ||
      check_parts(naming, template, cause, size) < 0)
    return -1;
  note_wants(naming);
  return 0;
}
