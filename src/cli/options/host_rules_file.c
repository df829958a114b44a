/* Reads rules by host: a pattern and what holds for the hosts that fit it, one rule a line. */
#include "options/host_rules_file.h"
#include "base/message.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "options/config_lines.h"
#include "options/option_value.h"
#include "seine_tools.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INTO(member) .field = offsetof(seine_rule_t, member), .width = sizeof(((seine_rule_t *)0)->member)

/* What a rule can set: rows as those of options, so that values are read alike, and refused in the same words. */
static const struct option_row settings_of_rules[] = {
    {.name = "concurrency", .kind = OPTION_COUNT, .argument = "N", INTO(concurrency), .least = 1, .most = 100000},
    {.name = "rate", .kind = OPTION_RATE, .argument = "R", INTO(rate), .least = 0.001, .most = 1e6},
    {.name = "delay", .kind = OPTION_SECONDS, .argument = "S", INTO(delay_ms), .least = 0.001, .most = 86400},
    {.name = "header", .kind = OPTION_LINES, .argument = "\"Name: value\"", INTO(headers), .rule = RULE_HEADER},
    {.name = "proxy", .kind = OPTION_TEXT, .argument = "URL", INTO(proxy), .rule = RULE_FILLED},
};

#define SETTINGS    (sizeof settings_of_rules / sizeof settings_of_rules[0])
#define SEEN_SECRET (1u << 3 | 1u << 4) /* a header or a proxy; a word behind it may be a part of a secret */
#define KNOWN       "there are concurrency, rate, delay, header and proxy"

/* ---- Patterns ---- */

__attribute__((format(printf, 2, 3))) static int refuse(const struct option_origin *origin, const char *format, ...) {
  struct text why = {0};
  char *message = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&message, format, arguments) < 0) message = xstrdup("the line is wrong");
  va_end(arguments);
  text_printf(&why, "%s:%u: %s", origin->file, origin->line, message);
  say("%s", why.data);
  text_clear(&why);
  free(message);
  return -1;
}

/* A host's name and port as the parser of URLs writes them, so that they can be compared with what URLs have: "name",
 * "name:port", "::1" or "[::1]:port"; NULL if it is none. */
static char *host_and_port(const char *name) {
  const char *colon = strchr(name, ':');
  bool bare_ipv6 = colon != NULL && strchr(colon + 1, ':') != NULL && *name != '[';
  bool has_port = !bare_ipv6 && (*name == '[' ? strstr(name, "]:") != NULL : colon != NULL);
  char *text = xasprintf(bare_ipv6 ? "http://[%s]/" : "http://%s/", name), *host = NULL;
  seine_url_t url;
  if (seine_url_parse(&url, text, NULL, 0) == 0) {
    bool is_ipv6 = strchr(url.host, ':') != NULL;
    host = has_port ? xasprintf(is_ipv6 ? "[%s]:%u" : "%s:%u", url.host, url.port) : xstrdup(url.host);
  }
  seine_url_clear(&url);
  free(text);
  return host;
}

/* "[http[s]://]NAME[:PORT]", where NAME is a host, *.domain or *. */
static int read_pattern(const char *word, const struct option_origin *origin, const char **pattern) {
  const char *scheme = strncasecmp(word, "https://", 8) == 0 ? "https://" : "";
  if (strncasecmp(word, "http://", 7) == 0) scheme = "http://";
  const char *rest = word + strlen(scheme);
  const char *prefix = strncmp(rest, "*.", 2) == 0 ? "*." : "";
  const char *name = rest + strlen(prefix);
  if (strchr(word, '=') != NULL)
    return refuse(origin, "the line begins with a setting; write before it which host it is for, or *");
  if (strpbrk(name, "/?#@%\\\"") != NULL)
    return refuse(origin,
                  "\"%s\" is not a host; write its name alone, like www.example.org, or with its scheme and port, like "
                  "https://www.example.org:8443",
                  word);
  bool is_all = *prefix == '\0' && *name == '*' && (name[1] == '\0' || name[1] == ':');
  if (strchr(is_all ? name + 1 : name, '*') != NULL)
    return refuse(origin, "\"%s\" is not a pattern; write a host's name, *.domain or *", word);
  char *stand_in = is_all ? xasprintf("all%s", name + 1) : NULL; /* the parser takes no "*" */
  char *host = *name != '\0' ? host_and_port(is_all ? stand_in : name) : NULL;
  free(stand_in);
  if (host == NULL) return refuse(origin, "\"%s\" is not a host; write its name, *.domain or *", word);
  *pattern = is_all ? xasprintf("%s*%s", scheme, host + 3) : xasprintf("%s%s%s", scheme, prefix, host);
  free(host);
  return 0;
}

/* ---- Words ---- */

/* Takes a quoted value apart in place: *text begins behind the first quote, and is left behind the last one. */
static int unquote(char **text, const struct option_origin *origin) {
  char *from = *text, *to = *text;
  for (; *from != '\0' && *from != '"'; from++) {
    if (*from == '\\' && *++from != '"' && *from != '\\')
      return refuse(origin,
                    "a backslash between quotes stands before a quote or another backslash; write \\\\ for one");
    *to++ = *from;
  }
  if (*from == '\0') return refuse(origin, "a quote is not closed; write header=\"Name: value\"");
  *from++ = '\0';
  if (*from != '\0' && *from != ' ' && *from != '\t')
    return refuse(origin, "something follows a quote; a blank belongs between two settings");
  *to = '\0';
  *text = from;
  return 0;
}

/* Takes the next word off *text: a name, and its value, or NULL if it has none. 1 for a word, 0 at the end. */
static int next_word(char **text, const struct option_origin *origin, char **name, char **value) {
  char *at = *text + strspn(*text, " \t");
  *name = at;
  *value = NULL;
  if (*at == '\0' || *at == '#') return 0;
  at += strcspn(at, "= \t");
  if (*at == '=') {
    *at++ = '\0';
    *value = at;
    if (*at == '"') {
      *value = ++at;
      if (unquote(&at, origin) < 0) return -1;
    } else {
      at += strcspn(at, " \t");
    }
  }
  if (*at != '\0') *at++ = '\0';
  *text = at;
  return 1;
}

static int set(seine_rule_t *rule, unsigned *seen, const char *name, const char *value,
               const struct option_origin *origin) {
  size_t i = 0;
  while (i < SETTINGS && strcmp(settings_of_rules[i].name, name) != 0)
    i++;
  if (i == SETTINGS && *seen & SEEN_SECRET)
    return refuse(origin, "something after a header or proxy is not a setting; a value with blanks stands in quotes: "
                          "header=\"Name: value\"");
  if (i == SETTINGS)
    return refuse(origin, "\"%s\" is not a setting; " KNOWN "%s", name,
                  value == NULL ? ", and a value with blanks stands in quotes" : "");
  const struct option_row *row = &settings_of_rules[i];
  if (value == NULL) return option_refuse(row, origin, "needs a value: %s=%s", row->name, row->argument);
  if (*seen & 1u << i && row->kind != OPTION_LINES)
    return option_refuse(row, origin, "stands twice in the line; keep one");
  *seen |= 1u << i;
  return option_store((char *)rule + row->field, row, value, origin);
}

/* ---- Rules ---- */

/* "proxy:3128" is http://proxy:3128, as with --proxy. */
static void tidy_proxy(seine_rule_t *rule) {
  if (rule->proxy == NULL || strcmp(rule->proxy, "none") == 0 || strstr(rule->proxy, "://") != NULL) return;
  char *whole = xasprintf("http://%s", rule->proxy);
  free((char *)rule->proxy);
  rule->proxy = whole;
}

/* What the engine thinks of it. Its sentence counts proxies, of which there is one here. */
static int check(const seine_rule_t *rule, const struct option_origin *origin) {
  static const char count[] = "proxy 1 ";
  const char *const proxies[] = {rule->proxy, NULL};
  char cause[512];
  seine_options_t options;
  seine_options_init(&options);
  options.headers = rule->headers;
  if (seine_options_check(&options, cause, sizeof cause) != 0) return refuse(origin, "header: %s", cause);
  if (rule->proxy == NULL || strcmp(rule->proxy, "none") == 0) return 0;
  options.proxies = proxies;
  if (seine_options_check(&options, cause, sizeof cause) == 0) return 0;
  bool counted = strncmp(cause, count, sizeof count - 1) == 0;
  return refuse(origin, "proxy: %s", counted ? cause + sizeof count - 1 : cause);
}

struct reading {
  seine_rule_t *rules;
  unsigned *lines; /* of each rule */
  size_t count, room;
};

static seine_rule_t *add_rule(struct reading *reading, unsigned line) {
  if (reading->count == reading->room) {
    reading->room = reading->room > 0 ? reading->room * 2 : 16;
    reading->rules = xrealloc(reading->rules, reading->room * sizeof *reading->rules);
    reading->lines = xrealloc(reading->lines, reading->room * sizeof *reading->lines);
  }
  reading->lines[reading->count] = line;
  reading->rules[reading->count] = (seine_rule_t){0};
  return &reading->rules[reading->count++];
}

static int read_line(char *line, const struct option_origin *origin, void *user) {
  seine_rule_t *rule = add_rule(user, origin->line);
  unsigned seen = 0;
  char *name, *value;
  size_t length = strcspn(line, " \t");
  char *rest = line + length;
  if (*rest != '\0') *rest++ = '\0';
  if (read_pattern(line, origin, &rule->pattern) < 0) return -1;
  for (int word; (word = next_word(&rest, origin, &name, &value)) != 0;)
    if (word < 0 || set(rule, &seen, name, value, origin) < 0) return -1;
  if (seen == 0) return refuse(origin, "%s has no setting; " KNOWN, rule->pattern);
  tidy_proxy(rule);
  return check(rule, origin);
}

/* ---- Duplicates ---- */

struct place {
  const char *pattern;
  unsigned line;
};

static int compare_places(const void *a, const void *b) {
  const struct place *left = a, *right = b;
  int order = strcmp(left->pattern, right->pattern);
  return order != 0 ? order : left->line < right->line ? -1 : left->line > right->line;
}

static int refuse_duplicates(const struct reading *reading, const char *path) {
  struct place *places = xcalloc(reading->count, sizeof *places);
  int error = 0;
  for (size_t i = 0; i < reading->count; i++)
    places[i] = (struct place){reading->rules[i].pattern, reading->lines[i]};
  qsort(places, reading->count, sizeof *places, compare_places);
  for (size_t i = 1; i < reading->count && error == 0; i++) {
    struct option_origin origin = {.file = path, .line = places[i].line};
    if (strcmp(places[i - 1].pattern, places[i].pattern) == 0)
      error = refuse(&origin, "%s has a rule already, in line %u; make one of the two", places[i].pattern,
                     places[i - 1].line);
  }
  free(places);
  return error;
}

int host_rules_read(const char *path, seine_rule_t **rules, size_t *count) {
  struct reading reading = {0};
  int error = config_lines_read(path, "the file of rules", read_line, &reading);
  if (error == 0) error = refuse_duplicates(&reading, path);
  *rules = reading.rules;
  *count = reading.count;
  free(reading.lines);
  return error;
}

void host_rules_free(seine_rule_t *rules, size_t count) {
  for (size_t i = 0; i < count; i++) {
    for (size_t line = 0; rules[i].headers != NULL && rules[i].headers[line] != NULL; line++)
      free((char *)rules[i].headers[line]);
    free((void *)rules[i].headers);
    free((char *)rules[i].proxy);
    free((char *)rules[i].pattern);
  }
  free(rules);
}
