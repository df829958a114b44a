/* Parses robots.txt by RFC 9309, with the tolerance of Google's open-source parser. */
#include "host/robots.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "seine.h"

#define CRAWL_DELAY_MAX_MS 3600000
#define HOUR_MS            UINT64_C(3600000)
/* Octets searched for one URL: a file of nothing but wildcards must not stall the loop. Usual URLs and files stay far
 * below a thousandth of it. */
#define SEARCH_BUDGET (8 * 1024 * 1024)
#define PATH_USUAL    2048

/* A pattern in canonical form: "*" is a wildcard wherever it stands, since a literal one is "%2A" there. */
struct rule {
  uint32_t at, size; /* in the text; without the "$" of an anchored one */
  bool allow;
  bool anchored; /* ends where the path ends */
};

struct robots {
  size_t references; /* 0: static */
  uint64_t crawl_delay_ms;
  bool forbids_all;
  size_t rule_count;
  const char *text;
  struct rule rules[]; /* the longest first, and of equal ones those that allow: the first that fits decides */
};

static struct robots without_rules = {.references = 0};
static struct robots all_forbidden = {.forbids_all = true};

/* ---- Lines ---- */

struct span {
  const char *at;
  size_t size;
};

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span trim(struct span text) {
  while (text.size > 0 && is_blank(text.at[0])) {
    text.at++;
    text.size--;
  }
  while (text.size > 0 && is_blank(text.at[text.size - 1]))
    text.size--;
  return text;
}

/* The text up to `at`, and what follows the octet there. */
static struct span before(struct span text, const char *at) {
  return (struct span){text.at, (size_t)(at - text.at)};
}

static struct span after(struct span text, const char *at) {
  return (struct span){at + 1, text.size - (size_t)(at - text.at) - 1};
}

static const char *find_blank(struct span text) {
  for (size_t i = 0; i < text.size; i++)
    if (is_blank(text.at[i])) return text.at + i;
  return NULL;
}

/* Takes the next line, whether LF, CR or both end it (then an empty one follows). False at the end. */
static bool parse_line(struct span *text, struct span *line) {
  if (text->size == 0) return false;
  size_t size = 0;
  while (size < text->size && text->at[size] != '\n' && text->at[size] != '\r')
    size++;
  *line = (struct span){text->at, size};
  if (size < text->size) size++;
  *text = (struct span){text->at + size, text->size - size};
  return true;
}

/* "key: value # comment". Where the colon was forgotten, two words alone are a key and its value. */
static bool split(struct span line, struct span *key, struct span *value) {
  const char *mark = memchr(line.at, '#', line.size);
  if (mark) line = before(line, mark);
  line = trim(line);
  if (line.size == 0) return false;
  const char *colon = memchr(line.at, ':', line.size), *end = colon ? colon : find_blank(line);
  if (!end) return false;
  *key = trim(before(line, end));
  *value = trim(after(line, end));
  return key->size > 0 && (colon || !find_blank(*value));
}

enum record { RECORD_OTHER, RECORD_AGENT, RECORD_ALLOW, RECORD_DISALLOW, RECORD_DELAY };

/* By the beginning of the key, so that "Disallowed" means what it must; with the misspellings that are frequent. */
static enum record record_of(struct span key) {
  static const struct {
    const char *name;
    enum record record;
  } names[] = {
      {"user-agent", RECORD_AGENT},  {"useragent", RECORD_AGENT},   {"user agent", RECORD_AGENT},
      {"allow", RECORD_ALLOW},       {"disallow", RECORD_DISALLOW}, {"dissallow", RECORD_DISALLOW},
      {"dissalow", RECORD_DISALLOW}, {"disalow", RECORD_DISALLOW},  {"diasllow", RECORD_DISALLOW},
      {"disallaw", RECORD_DISALLOW}, {"crawl-delay", RECORD_DELAY}, {"crawldelay", RECORD_DELAY},
      {"crawl delay", RECORD_DELAY},
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    size_t size = strlen(names[i].name);
    if (key.size >= size && strncasecmp(key.at, names[i].name, size) == 0) return names[i].record;
  }
  return RECORD_OTHER;
}

/* ---- Groups ---- */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether the value of a user-agent line names the agent, a token or "*". What follows a token, such as a version, is
 * passed over. */
static bool names_agent(struct span value, const char *agent) {
  size_t size = 0;
  if (strcmp(agent, "*") == 0)
    return value.size > 0 && value.at[0] == '*' && (value.size == 1 || is_blank(value.at[1]));
  while (size < value.size && (is_letter(value.at[size]) || value.at[size] == '-' || value.at[size] == '_'))
    size++;
  return size > 0 && size == strlen(agent) && strncasecmp(value.at, agent, size) == 0;
}

typedef void (*rule_cb)(void *user, enum record record, struct span value);

/* Calls back for each line with a rule in the groups that name the agent, and says whether there is such a group.
 * Crawl-delay ends the user-agent lines of a group as other rules do. Records that mean nothing here do not: a Sitemap
 * may stand anywhere. */
static bool each_rule(struct span text, const char *agent, rule_cb on_rule, void *user) {
  struct span line, key, value;
  bool found = false, named = false, in_rules = false;
  while (parse_line(&text, &line)) {
    enum record record = split(line, &key, &value) ? record_of(key) : RECORD_OTHER;
    if (record == RECORD_OTHER) continue;
    if (record != RECORD_AGENT) {
      in_rules = true;
      if (named && on_rule) on_rule(user, record, value);
      continue;
    }
    if (in_rules) named = in_rules = false;
    if (names_agent(value, agent)) found = named = true;
  }
  return found;
}

/* ---- Canonical form ---- */

struct canon {
  char *out; /* NULL: only counted */
  size_t size;
  bool in_query;
};

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The octet that "%XX" stands for; -1 if it is none. */
static int escaped_octet(const char *at, size_t size) {
  if (size < 3 || at[0] != '%') return -1;
  int high = hex_digit(at[1]), low = hex_digit(at[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_unreserved(int c) {
  return (c >= '0' && c <= '9') || is_letter((char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void put(struct canon *canon, char c) {
  if (canon->out) canon->out[canon->size] = c;
  canon->size++;
}

static void put_escaped(struct canon *canon, int c) {
  static const char digits[] = "0123456789ABCDEF";
  put(canon, '%');
  put(canon, digits[c >> 4]);
  put(canon, digits[c & 15]);
}

/* Takes one octet, escaped or not, and returns how much of the text it was. By RFC 9309 2.2.2 all are escaped but the
 * unreserved ones and the marks that hold a path and a query together. In a query "/" and "?" are data, so that there
 * they are the same with and without an escape. */
static size_t put_octet(struct canon *canon, const char *at, size_t size) {
  int c = escaped_octet(at, size);
  bool plain = c < 0;
  if (plain) c = (unsigned char)*at;
  bool is_mark = c == '/' || c == '?', is_pair = c == '=' || c == '&';
  if (is_unreserved(c) || (is_mark && (plain || canon->in_query)) || (is_pair && plain))
    put(canon, (char)c);
  else
    put_escaped(canon, c);
  if (plain && c == '?') canon->in_query = true;
  return plain ? 1 : 3;
}

/* The canonical pattern, without its "$"; to `out` unless that is NULL. */
static struct rule canonical_rule(struct span pattern, char *out) {
  struct canon canon = {.out = out};
  struct rule rule = {.anchored = pattern.size > 0 && pattern.at[pattern.size - 1] == '$'};
  if (rule.anchored) pattern.size--;
  for (size_t i = 0; i < pattern.size;) {
    if (pattern.at[i] != '*') {
      i += put_octet(&canon, pattern.at + i, pattern.size - i);
      continue;
    }
    put(&canon, '*');
    while (i < pattern.size && pattern.at[i] == '*')
      i++;
  }
  rule.size = (uint32_t)canon.size;
  return rule;
}

/* ---- Reading ---- */

/* Sums up what the rules will take; then takes it. */
struct reading {
  struct robots *robots; /* NULL: only summed up */
  char *text;
  size_t rule_count, size;
  uint64_t crawl_delay_ms;
};

/* Seconds, with or without a fraction; what follows the number is passed over. Of several the longest holds. */
static void parse_delay(struct reading *reading, struct span value) {
  uint64_t ms = 0, unit = 1000;
  bool fraction = false;
  for (size_t i = 0; i < value.size; i++) {
    char c = value.at[i];
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (c < '0' || c > '9') {
      break;
    } else if (fraction) {
      unit /= 10;
      ms += unit * (uint64_t)(c - '0');
    } else if (ms <= CRAWL_DELAY_MAX_MS) {
      ms = ms * 10 + 1000 * (uint64_t)(c - '0');
    }
  }
  if (ms > CRAWL_DELAY_MAX_MS) ms = CRAWL_DELAY_MAX_MS;
  if (ms > reading->crawl_delay_ms) reading->crawl_delay_ms = ms;
}

static void parse_rule(void *user, enum record record, struct span value) {
  struct reading *reading = user;
  if (record == RECORD_DELAY) {
    parse_delay(reading, value);
    return;
  }
  /* All paths begin with a slash: nothing else can fit, and an empty pattern means nothing. */
  if (value.size == 0 || (value.at[0] != '/' && value.at[0] != '*')) return;
  struct rule rule = canonical_rule(value, reading->text ? reading->text + reading->size : NULL);
  rule.at = (uint32_t)reading->size;
  rule.allow = record == RECORD_ALLOW;
  if (reading->robots) reading->robots->rules[reading->rule_count] = rule;
  reading->rule_count++;
  reading->size += rule.size;
}

/* By octets, with "$" as one of them. */
static int compare_rules(const void *a, const void *b) {
  const struct rule *left = a, *right = b;
  uint32_t left_size = left->size + left->anchored, right_size = right->size + right->anchored;
  if (left_size != right_size) return left_size > right_size ? -1 : 1;
  return (int)right->allow - (int)left->allow;
}

/* What is read of the text: without a byte order mark, even a torn one, and up to the last whole line within the limit,
 * since half a line may say the opposite of the whole. */
static struct span readable(const char *text, size_t size) {
  static const char mark[] = "\xef\xbb\xbf";
  struct span span = {text, size};
  if (size > ROBOTS_SIZE_MAX) {
    span.size = ROBOTS_SIZE_MAX;
    while (span.size > 0 && text[span.size - 1] != '\n' && text[span.size - 1] != '\r')
      span.size--;
  }
  for (size_t i = 0; i < 3 && span.size > 0 && span.at[0] == mark[i]; i++) {
    span.at++;
    span.size--;
  }
  return span;
}

int robots_parse(struct robots **robots, const char *text, size_t size, const char *product_token) {
  struct reading sum = {0}, reading = {0};
  struct span span = readable(text, size);
  const char *agent = each_rule(span, product_token, NULL, NULL) ? product_token : "*";
  each_rule(span, agent, parse_rule, &sum);
  *robots = &without_rules;
  if (sum.rule_count == 0 && sum.crawl_delay_ms == 0) return 0;
  size_t rules_size = sum.rule_count * sizeof(struct rule);
  *robots = reading.robots = malloc(sizeof(struct robots) + rules_size + sum.size);
  if (!reading.robots) return SEINE_ENOMEM;
  reading.text = (char *)reading.robots + sizeof(struct robots) + rules_size;
  *reading.robots = (struct robots){
      .references = 1, .crawl_delay_ms = sum.crawl_delay_ms, .rule_count = sum.rule_count, .text = reading.text};
  each_rule(span, agent, parse_rule, &reading);
  qsort(reading.robots->rules, reading.robots->rule_count, sizeof(struct rule), compare_rules);
  return 0;
}

struct robots *robots_allow_all(void) {
  return &without_rules;
}

struct robots *robots_disallow_all(void) {
  return &all_forbidden;
}

struct robots *robots_ref(struct robots *robots) {
  if (robots->references > 0) robots->references++;
  return robots;
}

void robots_unref(struct robots *robots) {
  if (robots && robots->references > 0 && --robots->references == 0) free(robots);
}

/* ---- Matching ---- */

/* Whether a pattern whose first wildcard was passed fits the rest of a path: each literal part is taken at the first
 * place where it stands, which leaves the most for those that follow, so that no place is tried twice. */
static bool fits_beyond_star(struct span pattern, bool anchored, struct span path, size_t *budget) {
  for (;;) {
    const char *star = memchr(pattern.at, '*', pattern.size);
    struct span part = star ? before(pattern, star) : pattern;
    if (part.size > path.size) return false;
    if (!star && anchored) return memcmp(path.at + path.size - part.size, part.at, part.size) == 0;
    const char *found = part.size > 0 ? memmem(path.at, path.size, part.at, part.size) : path.at;
    size_t cost = part.size + (found ? (size_t)(found - path.at) : path.size);
    *budget = cost < *budget ? *budget - cost : 0;
    if (!found || *budget == 0) return false;
    if (!star) return true;
    path.size -= (size_t)(found - path.at) + part.size;
    path.at = found + part.size;
    pattern = after(pattern, star);
  }
}

static bool fits(const struct rule *rule, const char *text, struct span path, size_t *budget) {
  struct span pattern = {text + rule->at, rule->size};
  const char *star = memchr(pattern.at, '*', pattern.size);
  size_t head = star ? (size_t)(star - pattern.at) : pattern.size;
  if (head > path.size || memcmp(pattern.at, path.at, head) != 0) return false;
  if (!star) return !rule->anchored || head == path.size;
  path = (struct span){path.at + head, path.size - head};
  return fits_beyond_star(after(pattern, star), rule->anchored, path, budget);
}

static bool allows_path(const struct robots *robots, struct span path) {
  static const char own[] = "/robots.txt";
  size_t budget = SEARCH_BUDGET, length = sizeof own - 1;
  if (path.size >= length && memcmp(path.at, own, length) == 0 && (path.size == length || path.at[length] == '?'))
    return true;
  if (robots->forbids_all) return false;
  for (size_t i = 0; i < robots->rule_count; i++) {
    if (fits(&robots->rules[i], robots->text, path, &budget)) return robots->rules[i].allow;
    if (budget == 0) return false;
  }
  return true;
}

static void put_path(struct canon *canon, const char *path, size_t size) {
  if (*path != '/') put(canon, '/');
  for (size_t i = 0; i < size;)
    i += put_octet(canon, path + i, size - i);
}

bool robots_allows(const struct robots *robots, const char *path_and_query) {
  char usual[PATH_USUAL];
  struct canon count = {0}, canon = {0};
  size_t size = strcspn(path_and_query, "#");
  if (!robots->forbids_all && robots->rule_count == 0) return true;
  put_path(&count, path_and_query, size);
  char *memory = count.size > sizeof usual ? malloc(count.size) : usual;
  if (!memory) return false;
  canon.out = memory;
  put_path(&canon, path_and_query, size);
  bool allowed = allows_path(robots, (struct span){memory, canon.size});
  if (memory != usual) free(memory);
  return allowed;
}

uint64_t robots_crawl_delay_ms(const struct robots *robots) {
  return robots->crawl_delay_ms;
}

/* ---- What an answer means ---- */

enum robots_access robots_of_status(int http_status) {
  if (http_status >= 200 && http_status < 300) return ROBOTS_PARSE;
  return http_status >= 300 && http_status < 500 ? ROBOTS_ALLOW : ROBOTS_DISALLOW;
}

uint64_t robots_keep_ms(enum robots_access decision) {
  return decision == ROBOTS_DISALLOW ? HOUR_MS / 6 : 24 * HOUR_MS;
}
