/* The command line, the config files and the environment made into settings, by the table of options. */
#include "options/options.h"
#include "options/cacert.h"
#include "options/host_rules_file.h"
#include "input/list.h"
#include "options/proxies.h"
#include "input/partition.h"
#include "base/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ---- Complaints ---- */

int option_refuse(const struct option_row *row, const struct option_origin *origin, const char *format, ...) {
  struct text why = {0};
  char *message = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&message, format, arguments) < 0) message = xstrdup("is wrong");
  va_end(arguments);
  if (origin->file != NULL)
    text_printf(&why, "%s:%u: %s: %s", origin->file, origin->line, row->name, message);
  else
    text_printf(&why, "--%s: %s; try \"seine --help\"", row->name, message);
  say("%s", why.data);
  text_clear(&why);
  free(message);
  return -1;
}

/* ---- Numbers ---- */

struct decimal {
  uint64_t whole;
  unsigned thousandths;
  bool dropped; /* there was more after them */
};

/* Reads digits with at most one dot, and leaves *text behind them. Too many digits before the dot give the largest
 * number, which is out of every range. */
static bool read_decimal(const char **text, struct decimal *number) {
  const char *at = *text;
  unsigned weight = 100;
  bool any = false;
  *number = (struct decimal){0};
  for (; *at >= '0' && *at <= '9'; at++, any = true)
    number->whole = number->whole > UINT64_MAX / 10 - 10 ? UINT64_MAX / 10 : number->whole * 10 + (uint64_t)(*at - '0');
  if (*at == '.') {
    for (at++; *at >= '0' && *at <= '9'; at++, any = true, weight /= 10) {
      number->thousandths += (unsigned)(*at - '0') * weight;
      number->dropped |= weight == 0 && *at != '0';
    }
  }
  *text = at;
  return any;
}

/* A suffix's factor, and nothing after it; 0 if there is anything else. */
static uint64_t read_suffix(const char *text, uint64_t base) {
  static const char letters[] = "kmgt";
  if (*text == '\0') return 1;
  const char *letter = strchr(letters, *text | 0x20);
  if (letter == NULL || text[1] != '\0') return 0;
  uint64_t factor = base;
  for (long i = letter - letters; i > 0; i--)
    factor *= base;
  return factor;
}

/* What a suffix multiplies by once more; 0: the option takes none. */
static uint64_t suffix_base(const struct option_row *row) {
  return row->kind == OPTION_BYTES ? 1024 : row->kind == OPTION_PIXELS ? 1000 : 0;
}

static void format_number(const struct option_row *row, double value, char *out, size_t size) {
  static const char suffixes[] = "kMGT";
  int suffix = 0;
  uint64_t base = suffix_base(row);
  if (base)
    for (; suffix < 4 && value >= (double)base && (uint64_t)value % base == 0; suffix++)
      value /= (double)base;
  if (suffix > 0)
    snprintf(out, size, "%.0f%c", value, suffixes[suffix - 1]);
  else
    snprintf(out, size, value < 1 ? "%g" : "%.0f", value);
}

static int refuse_range(const struct option_row *row, const char *value, const struct option_origin *origin) {
  char least[32], most[32];
  format_number(row, row->least, least, sizeof least);
  format_number(row, row->most, most, sizeof most);
  return option_refuse(row, origin, "\"%s\" is out of range (%s to %s%s)", value, least, most,
                       row->optional ? ", or none" : "");
}

static const char *number_wish(const struct option_row *row) {
  switch (row->kind) {
  case OPTION_BYTES:
    return "a number of bytes, like 65536, 64k, 1.5M or 2G";
  case OPTION_PIXELS:
    return "a number of pixels, like 750000, 640k or 20M";
  case OPTION_SECONDS:
    return "a number of seconds, like 10 or 0.5";
  case OPTION_RATE:
    return "a number a second, like 10 or 0.5";
  case OPTION_RATIO:
    return "a number, like 2 or 1.5";
  default:
    return "a whole number";
  }
}

static void store_number(void *field, size_t width, uint64_t value) {
  if (width == sizeof(uint64_t)) {
    memcpy(field, &value, sizeof value);
  } else {
    unsigned narrow = (unsigned)value;
    memcpy(field, &narrow, sizeof narrow);
  }
}

static int set_number(void *field, const struct option_row *row, const char *value,
                      const struct option_origin *origin) {
  struct decimal number = {0};
  const char *rest = value;
  bool none = row->optional && strcmp(value, "none") == 0;
  if (!none) {
    bool fraction = row->kind != OPTION_COUNT;
    uint64_t factor = 0;
    if (read_decimal(&rest, &number)) factor = suffix_base(row) ? read_suffix(rest, suffix_base(row)) : *rest == '\0';
    if (factor == 0 || (!fraction && strchr(value, '.') != NULL))
      return option_refuse(row, origin, "\"%s\" is not %s", value, number_wish(row));
    double size = ((double)number.whole + number.thousandths / 1000.0) * (double)factor;
    if (size > row->most || (size < row->least && !(row->optional && size <= 0 && !number.dropped)))
      return refuse_range(row, value, origin);
    number.whole = number.whole * factor + number.thousandths * factor / 1000 * (factor > 1);
  }
  if (row->kind == OPTION_RATE || row->kind == OPTION_RATIO) {
    double rate = (double)number.whole + number.thousandths / 1000.0;
    memcpy(field, &rate, sizeof rate);
  } else if (row->kind == OPTION_SECONDS) {
    store_number(field, row->width, number.whole * 1000 + number.thousandths);
  } else {
    store_number(field, row->width, number.whole);
  }
  return 0;
}

/* ---- Values ---- */

/* The line itself is not shown: a password or token may stand in it. */
#define HEADER_WISH "the value has no name and colon; write \"Name: value\""

/* A bool, or an int or enum. */
static void store_int(void *field, size_t width, int value) {
  bool truth = value != 0;
  if (width == sizeof truth)
    memcpy(field, &truth, sizeof truth);
  else
    memcpy(field, &value, sizeof value);
}

static int set_choice(void *field, const struct option_row *row, const char *value,
                      const struct option_origin *origin) {
  struct text wish = {0};
  for (int i = 0; row->choices[i] != NULL; i++) {
    if (strcmp(row->choices[i], value) == 0) {
      store_int(field, row->width, i);
      text_clear(&wish);
      return 0;
    }
    text_printf(&wish, "%s%s", i == 0 ? "" : row->choices[i + 1] != NULL ? ", " : " or ", row->choices[i]);
  }
  option_refuse(row, origin, "\"%s\" is not %s", value, wish.data);
  text_clear(&wish);
  return -1;
}

static int set_flag(void *field, const struct option_row *row, const char *value, const struct option_origin *origin) {
  bool on = value == NULL || strcmp(value, "on") == 0;
  if (!on && strcmp(value, "off") != 0) return option_refuse(row, origin, "\"%s\" is not on or off", value);
  store_int(field, row->width, on ? row->value : 0);
  return 0;
}

static bool has_control(const char *value) {
  for (; *value != '\0'; value++)
    if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f) return true;
  return false;
}

/* What can never be the host of a URL would be kept without any effect. */
static int check_hosts(const struct option_row *row, const char *value, const struct option_origin *origin) {
  size_t length;
  const char *odd = proxies_odd_host(value, &length);
  if (odd == NULL) return 0;
  return option_refuse(row, origin,
                       "\"%.*s\" is not a host; they are like example.org, 192.0.2.1 or 10.0.0.0/8, without scheme, "
                       "port or *",
                       (int)length, odd);
}

static int check_text(const struct option_row *row, const char *value, const struct option_origin *origin) {
  if (row->rule == RULE_FILLED && *value == '\0') return option_refuse(row, origin, "the value is empty");
  if (row->rule == RULE_ANY) return 0;
  if (row->rule != RULE_FILLED && has_control(value))
    return option_refuse(row, origin, "the value contains a control character");
  if (row->rule == RULE_HEADER && (*value == ':' || strchr(value, ':') == NULL))
    return option_refuse(row, origin, HEADER_WISH);
  return row->rule == RULE_HOSTS ? check_hosts(row, value, origin) : 0;
}

/* The array is grown by one, and stays NULL-terminated. */
static void add_line(void *field, const char *value) {
  char **lines;
  size_t count = 0;
  memcpy(&lines, field, sizeof lines);
  while (lines != NULL && lines[count] != NULL)
    count++;
  lines = xrealloc(lines, (count + 2) * sizeof *lines);
  lines[count] = xstrdup(value);
  lines[count + 1] = NULL;
  memcpy(field, &lines, sizeof lines);
}

static void store_text(void *field, const char *value) {
  char *text;
  memcpy(&text, field, sizeof text);
  free(text);
  text = xstrdup(value);
  memcpy(field, &text, sizeof text);
}

int option_store(void *field, const struct option_row *row, const char *value, const struct option_origin *origin) {
  switch (row->kind) {
  case OPTION_FLAG:
    return set_flag(field, row, value, origin);
  case OPTION_CHOICE:
    return set_choice(field, row, value, origin);
  case OPTION_COUNT:
  case OPTION_BYTES:
  case OPTION_PIXELS:
  case OPTION_SECONDS:
  case OPTION_RATE:
  case OPTION_RATIO:
    return set_number(field, row, value, origin);
  case OPTION_TEXT:
    if (check_text(row, value, origin) < 0) return -1;
    store_text(field, value);
    return 0;
  case OPTION_LINES:
    if (check_text(row, value, origin) < 0) return -1;
    add_line(field, value);
    return 0;
  default:
    return 0;
  }
}

/* What only the engine can judge is judged at once where there is a line of a file to name. A proxy is left for later:
 * it may lack its scheme, and hold a password. */
static int check_in_file(const struct option_row *row, const char *value, const struct option_origin *origin) {
  bool judged = row->kind == OPTION_TEXT || row->kind == OPTION_LINES;
  struct settings one = {0};
  char cause[512];
  if (origin->file == NULL || !judged || row->is_proxy || !option_is_of_engine(row)) return 0;
  seine_options_init(&one.engine);
  const char *lines[] = {value, NULL};
  const void *field = row->kind == OPTION_TEXT ? (const void *)value : lines;
  memcpy((char *)&one + row->field, &field, sizeof field);
  if (option_check_engine(&one.engine, cause, sizeof cause) == 0) return 0;
  say("%s:%u: %s", origin->file, origin->line, cause);
  return -1;
}

int option_set(struct settings *settings, const struct option_row *row, const char *value,
               const struct option_origin *origin) {
  if (option_store((char *)settings + row->field, row, value, origin) < 0) return -1;
  return check_in_file(row, value, origin);
}

/* ---- Words of the command line ---- */

/* Shows one word of the name at most: a line without "=" may hold a secret, like "header Authorization: ...". */
static int refuse_name(const char *name, size_t length, const struct option_origin *origin, const char *why) {
  size_t word = strcspn(name, " \t:");
  bool cut = word > 0 && word < length;
  const char *more = cut ? " ..." : "", *form = cut ? "; write \"name = value\"" : "";
  if (cut) length = word;
  if (origin->file != NULL)
    say("%s:%u: \"%.*s%s\" %s%s", origin->file, origin->line, (int)length, name, more, why, form);
  else
    say("--%.*s%s %s; try \"seine --help\"", (int)length, name, more, why);
  return -1;
}

const struct option_row *option_find(const char *name, size_t length, const struct option_origin *origin) {
  const struct option_row *found = NULL;
  struct text candidates = {0};
  size_t count = 0;
  for (size_t i = 0; i < option_count; i++) {
    const struct option_row *row = &option_table[i];
    if (strncmp(row->name, name, length) != 0) continue;
    text_printf(&candidates, "%s%s%s", count > 0 ? ", " : "", origin->file == NULL ? "--" : "", row->name);
    found = row;
    count++;
    if (row->name[length] == '\0') {
      count = 1;
      break;
    }
  }
  /* In a file, which is written once and read for years, a name is to be whole. */
  if (origin->file != NULL && count == 1 && found->name[length] != '\0') count = 0;
  if (count == 0 || length == 0) {
    refuse_name(name, length, origin, "is not an option");
    found = NULL;
  } else if (count > 1) {
    char *why = xasprintf("could be %s", candidates.data);
    refuse_name(name, length, origin, why);
    free(why);
    found = NULL;
  }
  text_clear(&candidates);
  return found;
}

struct words {
  int argc, at;
  char **argv;
  const char *cluster; /* the rest of "-abc"; NULL outside of one */
  bool operands_only; /* after "--" */
};

enum word { WORD_OPTION, WORD_OPERAND, WORD_END, WORD_BAD };

static const struct option_origin command_line = {0};

static bool takes_value(const struct option_row *row) {
  return row->argument != NULL;
}

/* The value in the next word. */
static enum word next_value(struct words *words, const struct option_row *row, const char **value) {
  if (words->at == words->argc) {
    option_refuse(row, &command_line, "needs a value (%s)", row->argument);
    return WORD_BAD;
  }
  *value = words->argv[words->at++];
  return WORD_OPTION;
}

static enum word next_long(struct words *words, const char *word, const struct option_row **row, const char **value) {
  size_t length = strcspn(word, "=");
  *row = option_find(word, length, &command_line);
  if (*row == NULL) return WORD_BAD;
  *value = word[length] == '=' ? word + length + 1 : NULL;
  if (*value == NULL && takes_value(*row)) return next_value(words, *row, value);
  if (*value != NULL && !takes_value(*row) && (*row)->kind != OPTION_FLAG) {
    option_refuse(*row, &command_line, "takes no value");
    return WORD_BAD;
  }
  return WORD_OPTION;
}

static enum word next_short(struct words *words, const struct option_row **row, const char **value) {
  char letter = *words->cluster++;
  *row = NULL;
  *value = NULL;
  for (size_t i = 0; i < option_count; i++)
    if (option_table[i].letter == letter) *row = &option_table[i];
  if (*row == NULL) {
    say("-%c is not an option; try \"seine --help\"", letter);
    return WORD_BAD;
  }
  bool more = *words->cluster != '\0';
  if (takes_value(*row) && more) *value = words->cluster;
  if (takes_value(*row) || !more) words->cluster = NULL;
  return takes_value(*row) && !more ? next_value(words, *row, value) : WORD_OPTION;
}

static enum word next_word(struct words *words, const struct option_row **row, const char **value) {
  if (words->cluster != NULL) return next_short(words, row, value);
  if (words->at == words->argc) return WORD_END;
  const char *word = words->argv[words->at++];
  if (words->operands_only || word[0] != '-' || word[1] == '\0') {
    *value = word;
    return WORD_OPERAND;
  }
  if (strcmp(word, "--") == 0) {
    words->operands_only = true;
    return next_word(words, row, value);
  }
  if (word[1] == '-') return next_long(words, word + 2, row, value);
  words->cluster = word + 1;
  return next_short(words, row, value);
}

/* Config files come first, wherever they are named, so that the command line has the last word. 1 after --help. */
static int first_pass(struct settings *settings, struct words words) {
  const struct option_row *row;
  const char *value;
  for (enum word word; (word = next_word(&words, &row, &value)) != WORD_END;) {
    if (word == WORD_BAD) return -1;
    if (word != WORD_OPTION) continue;
    if (row->kind == OPTION_CONFIG && config_read(settings, value) < 0) return -1;
    if (row->kind == OPTION_HELP) {
      help_print();
      return 1;
    }
    if (row->kind == OPTION_VERSION) {
      puts("seine " SEINE_VERSION);
      return 1;
    }
  }
  return 0;
}

/* Overwrites secrets in a word of argv, which everybody on the machine can read: of a header all but its name, of a
 * URL, proxy or not, the user name and password. */
static void hide_secrets(const struct option_row *row, char *value) {
  char *colon = strchr(value, ':');
  if (row == NULL || row->is_proxy)
    proxy_hide(value);
  else if (row->rule == RULE_HEADER && colon != NULL)
    memset(colon + 1, '*', strlen(colon + 1));
}

static int second_pass(struct settings *settings, struct words words) {
  const struct option_row *row;
  const char *value;
  settings->lists = xcalloc((size_t)words.argc, sizeof *settings->lists);
  for (enum word word; (word = next_word(&words, &row, &value)) != WORD_END;) {
    if (word == WORD_BAD) return -1;
    if (word == WORD_OPERAND)
      settings->lists[settings->list_count++] = xstrdup(value);
    else if (option_set(settings, row, value, &command_line) < 0)
      return -1;
    if (word == WORD_OPTION ? value != NULL : list_is_url(value))
      hide_secrets(word == WORD_OPTION ? row : NULL, (char *)value);
  }
  return 0;
}

/* ---- What is worked out ---- */

void settings_lists(const struct settings *settings, struct list_options *lists) {
  *lists = (struct list_options){.sources = settings->lists,
                                 .count = settings->list_count,
                                 .format = settings->input_format,
                                 .url_column = settings->url_column,
                                 .encoding = settings->encoding,
                                 .separator = settings->separator,
                                 .quotes = settings->quote_style,
                                 .checksums = settings->checksum || settings->checksum_column != NULL,
                                 .checksum_column = settings->checksum_column};
}

/* cats.txt gives cats, and so does cats.csv.gz. A name without extension would be the list itself, so it gets one. */
static char *default_output(const struct settings *settings) {
  const char *list = settings->lists[0];
  if (settings->list_count != 1 || strcmp(list, "-") == 0 || list_is_url(list)) return xstrdup("seine-out");
  if (strncmp(list, "/dev/", 5) == 0 || strncmp(list, "/proc/", 6) == 0) return xstrdup("seine-out");
  const char *slash = strrchr(list, '/');
  const char *base = slash != NULL ? slash + 1 : list;
  size_t stem = list_stem(base);
  if (stem == 0 || strcmp(base, "..") == 0) return xstrdup("seine-out");
  return base[stem] != '\0' ? xstrndup(base, stem) : xasprintf("%s-out", base);
}

static int read_host_rules(struct settings *settings) {
  seine_rule_t *rules = NULL;
  if (settings->host_rules == NULL) return 0;
  int error = host_rules_read(settings->host_rules, &rules, &settings->engine.rule_count);
  settings->engine.rules = rules;
  return error;
}

static int check(const struct settings *settings) {
  const seine_options_t *engine = &settings->engine;
  char cause[512];
  struct shard shard;
  if (partition_set(&shard, settings->shard) < 0)
    snprintf(cause, sizeof cause, "--partition: \"%s\" is not I/N, the I-th of N parts, as 1/4", settings->shard);
  else if (engine->max_size_bytes > 0 && engine->max_size_bytes < engine->min_size_bytes)
    snprintf(cause, sizeof cause, "--max-size is smaller than --min-size");
  else if (engine->retry_max_delay_ms < engine->retry_delay_ms)
    snprintf(cause, sizeof cause, "--retry-max-delay is smaller than --retry-delay");
  else if (engine->dns_max_ttl_ms < engine->dns_min_ttl_ms)
    snprintf(cause, sizeof cause, "--dns-max-ttl is smaller than --dns-min-ttl");
  else if (settings->summary != NULL && strcmp(settings->summary, "-") == 0 && strcmp(settings->manifest, "-") == 0)
    snprintf(cause, sizeof cause, "--manifest and --summary cannot both be standard output");
  else if (engine->ca_file != NULL && cacert_check(engine->ca_file, cause, sizeof cause) < 0)
    ; /* said there */
  else if (option_check_engine(engine, cause, sizeof cause) == 0)
    return 0;
  say("%s; try \"seine --help\"", cause);
  return -1;
}

/* Nothing is fetched, so there is nothing else to be said than which folder, and where its manifest is. */
static int settle_verify(struct settings *settings) {
  if (settings->list_count > 0 || settings->output != NULL) {
    say("--verify takes no list and no --output; try \"seine --help\"");
    return -1;
  }
  settings->output = xstrdup(settings->verify);
  if (settings->manifest != NULL) return 0;
  settings->manifest = xasprintf("%s/manifest.jsonl", settings->output);
  char *csv = xasprintf("%s/manifest.csv", settings->output);
  if (access(settings->manifest, F_OK) < 0 && access(csv, F_OK) == 0) {
    free(settings->manifest);
    settings->manifest = csv;
  } else {
    free(csv);
  }
  return 0;
}

int options_parse(struct settings *settings, int argc, char **argv) {
  struct words words = {.argc = argc, .at = 1, .argv = argv};
  memset(settings, 0, sizeof *settings);
  seine_options_init(&settings->engine);
  settings->engine.user_agent = NULL; /* static there, owned here */
  for (size_t i = 0; i < option_count; i++)
    if (option_table[i].preset != NULL && option_set(settings, &option_table[i], option_table[i].preset, &command_line))
      return -1;
  int done = first_pass(settings, words);
  if (done != 0) return done;
  if (second_pass(settings, words) < 0) return -1;
  if (settings->verify != NULL && settle_verify(settings) < 0) return -1;
  if (settings->list_count == 0 && settings->verify == NULL) {
    help_usage();
    return -1;
  }
  if (proxies_settle(settings) < 0) return -1;
  if (read_host_rules(settings) < 0) return -1;
  if (settings->reject_sha256 != NULL && digest_set_read(&settings->rejected, settings->reject_sha256) < 0) return -1;
  if (settings->output == NULL) settings->output = default_output(settings);
  settings->manifest_is_default = settings->manifest == NULL;
  if (settings->manifest_is_default) settings->manifest = xasprintf("%s/manifest.jsonl", settings->output);
  return check(settings);
}

void settings_clear(struct settings *settings) {
  for (size_t i = 0; i < option_count; i++) {
    void *field = (char *)settings + option_table[i].field;
    if (option_table[i].kind == OPTION_TEXT) {
      char *text;
      memcpy(&text, field, sizeof text);
      free(text);
    } else if (option_table[i].kind == OPTION_LINES) {
      char **lines;
      memcpy(&lines, field, sizeof lines);
      for (size_t line = 0; lines != NULL && lines[line] != NULL; line++)
        free(lines[line]);
      free(lines);
    }
  }
  proxies_clear(settings);
  digest_set_clear(&settings->rejected);
  host_rules_free((seine_rule_t *)settings->engine.rules, settings->engine.rule_count);
  for (size_t i = 0; i < settings->list_count; i++)
    free(settings->lists[i]);
  free(settings->lists);
  memset(settings, 0, sizeof *settings);
}
