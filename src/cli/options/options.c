/* The command line, the config files and the environment made into settings, by the table of options. */
#include "options/options.h"
#include "base/message.h"
#include "base/xalloc.h"
#include "input/list.h"
#include "input/partition.h"
#include "options/cacert.h"
#include "options/host_rules_file.h"
#include "options/option_errors.h"
#include "options/proxies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ---- Words of the command line ---- */

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
  struct partition partition;
  if (partition_set(&partition, settings->partition) < 0)
    snprintf(cause, sizeof cause, "--partition: \"%s\" is not I/N, the I-th of N parts, as 1/4", settings->partition);
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
