/* --help, grouped and aligned, and the short usage; both out of the table. */
#include "options/options.h"

#include <stdio.h>
#include <string.h>

#define SCREEN_COLUMNS 80
#define HELP_COLUMN    31

/* A blank at which a line is not broken. */
#define GLUE '\1'

static int print_word(const char *word, int length) {
  for (int i = 0; i < length; i++)
    putchar(word[i] == GLUE ? ' ' : word[i]);
  return length;
}

/* Prints text in the columns from HELP_COLUMN on; the cursor stands at `column` now. */
static void print_wrapped(const char *text, int column) {
  if (column > HELP_COLUMN - 2) {
    putchar('\n');
    column = 0;
  }
  while (*text != '\0') {
    int length = (int)strcspn(text, " ");
    if (column > HELP_COLUMN && column + 1 + length > SCREEN_COLUMNS - 1) {
      putchar('\n');
      column = 0;
    }
    if (column < HELP_COLUMN)
      column += printf("%*s", HELP_COLUMN - column, "");
    else
      column += printf(" ");
    column += print_word(text, length);
    text += length;
    text += *text == ' ';
  }
  putchar('\n');
}

static void print_option(const struct option_row *row) {
  char text[512];
  const char *preset = row->shown != NULL ? row->shown : row->preset;
  int column = row->letter != 0 ? printf("  -%c, --%s", row->letter, row->name) : printf("      --%s", row->name);
  if (row->argument != NULL) column += printf(" %s", row->argument);
  if (preset != NULL)
    snprintf(text, sizeof text, "%s (default:%c%s)", row->help, GLUE, preset);
  else
    snprintf(text, sizeof text, "%s", row->help);
  print_wrapped(text, column);
}

void help_print(void) {
  puts("Usage: seine [OPTION]... LIST...\n"
       "\n"
       "Downloads every URL of its lists, fast and politely, and records what became of\n"
       "each. A LIST is a file with one URL a line, - for standard input, or a URL.");
  for (int section = 0; section < SECTION_COUNT; section++) {
    printf("\n%s:\n", option_sections[section]);
    for (size_t i = 0; i < option_count; i++)
      if ((int)option_table[i].section == section) print_option(&option_table[i]);
  }
  puts("\n"
       "Exit status: 0 every URL ended ok or duplicate, 1 some did not, 2 bad usage,\n"
       "3 the run could not go on, 130 interrupted. A rerun goes on where the last one\n"
       "stopped. \"man seine\" has the rest.");
}

void help_usage(void) {
  fputs("seine: no list of URLs was given\n"
        "Usage: seine [OPTION]... LIST...\n"
        "  seine cats.txt              the URLs in cats.txt, into cats/\n"
        "  seine -o out - < cats.txt   the URLs on standard input, into out/\n"
        "  seine --help                every option\n",
        stderr);
}
