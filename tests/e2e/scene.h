/* One case while it is played: its folder, what was started, what came out, and all that is wrong with it. */
#ifndef SEINE_E2E_SCENE_H
#define SEINE_E2E_SCENE_H

#include "e2e.h"
#include "fixtures/support.h"
#include "rows.h"

struct scene {
  struct server *server;
  const struct e2e_case *play;
  const struct run *run;
  int run_number; /* from 1 */
  char *folder; /* where the command runs; an empty one for each case */
  char *list; /* what list.txt holds; NULL if there is none */
  size_t list_size;
  struct command_result outcome;
  struct rows rows; /* the manifest after the run */
  size_t rows_earlier; /* of which were there before */
  char *complaints; /* lines; NULL if nothing is wrong */
};

__attribute__((format(printf, 2, 3))) void complain(struct scene *scene, const char *format, ...);

/* A text of a case with its "$" words replaced; the caller frees. `size` in: of the text; out: of the result. */
char *expand_bytes(const struct server *server, const char *text, size_t *size, int repetition);
char *expand(const struct server *server, const char *text);

/* The distinct URLs of a list, as rows are to show them; the caller frees each and the whole. */
char **list_urls(const char *list, size_t size, size_t *count);
/* The URL without userinfo and without fragment; the caller frees. */
char *identity(const char *url);

/* "FOLDER/relative"; the caller frees. */
char *scene_path(const struct scene *scene, const char *relative);
const char *scene_output(const struct scene *scene);
const char *scene_manifest(const struct scene *scene);

/* Checks all that must come out of scene->run, and complains. */
void verify(struct scene *scene);

#endif
