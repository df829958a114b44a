/* The words of the command line and the files that settings come from: all is refused with a sentence, or good. The
 * first byte says whether the rest is words, a config file, rules by host, or a list of proxies. */
#include "fuzz.h"
#include "options/options.h"

#include <ctype.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS_MAX 40

static bool is_clean(const char *line) {
  for (; *line; line++)
    if (((unsigned char)*line < 0x20 && *line != '\t') || *line == 0x7f) return false;
  return true;
}

/* No line break gets into a request by way of a setting. */
static void check_lines(const char *const *lines, bool colon) {
  for (; lines && *lines; lines++)
    MUST(is_clean(*lines) && (!colon || strchr(*lines, ':')));
}

static void check(const struct settings *settings) {
  const seine_options_t *engine = &settings->engine;
  char cause[200] = "";
  MUST(seine_options_check(engine, cause, sizeof cause) == 0);
  MUST(settings->list_count > 0 && settings->output && settings->manifest && settings->name);
  check_lines(engine->headers, true);
  check_lines(engine->proxies, false);
  MUST(!engine->user_agent || is_clean(engine->user_agent));
  for (size_t i = 0; i < engine->rule_count; i++) {
    check_lines(engine->rules[i].headers, true);
    MUST(!engine->rules[i].proxy || is_clean(engine->rules[i].proxy));
    for (const char *at = engine->rules[i].pattern; *at; at++)
      MUST(!isupper((unsigned char)*at));
  }
}

static void parse(int argc, char **words) {
  struct settings settings;
  int result = options_parse(&settings, argc, words);
  MUST(result >= -1 && result <= 1);
  if (result == 0) check(&settings);
  settings_clear(&settings);
}

static void parse_file(const char *option, const uint8_t *data, size_t size) {
  int file = memfd_create("settings", MFD_CLOEXEC);
  char program[] = "seine", list[] = "list", *word, *words[] = {program, NULL, list, NULL};
  MUST(file >= 0 && (size == 0 || write(file, data, size) == (ssize_t)size));
  MUST(asprintf(&word, "--%s=/proc/self/fd/%d", option, file) > 0);
  words[1] = word;
  parse(3, words);
  free(word);
  close(file);
}

static void parse_words(const uint8_t *data, size_t size) {
  char program[] = "seine", *text = fuzz_text(data, size), *rest = text, *words[WORDS_MAX + 1] = {program};
  int count = 1;
  for (char *word; count < WORDS_MAX && (word = strsep(&rest, "\n"));) {
    /* Files are read by the other way alone, and help goes to standard output. */
    if (strncmp(word, "--c", 3) && strncmp(word, "--h", 3) && strncmp(word, "--p", 3) && strncmp(word, "--v", 3) &&
        !(word[0] == '-' && strpbrk(word, "hV")))
      words[count++] = word;
  }
  parse(count, words);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const files[] = {"config", "host-rules", "proxy-file"};
  if (size == 0) return 0;
  size_t choice = data[0] % 4;
  if (choice == 3)
    parse_words(data + 1, size - 1);
  else
    parse_file(files[choice], data + 1, size - 1);
  return 0;
}
