/* The texts of cases: their "$" words, and which URLs a list names. */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct growing {
  char *data;
  size_t size, capacity;
};

static void add(struct growing *text, const char *data, size_t size) {
  if (text->size + size + 1 > text->capacity) {
    text->capacity = (text->size + size + 1) * 2;
    text->data = realloc(text->data, text->capacity);
  }
  memcpy(text->data + text->size, data, size);
  text->size += size;
  text->data[text->size] = '\0';
}

/* The word at text ("$..."): adds what it stands for and returns its length; 0 if it is none. */
static size_t add_word(const struct server *server, const char *text, int repetition, struct growing *out) {
  char *value = NULL;
  size_t length = 2;
  int times;
  if (text[1] == '$') {
    value = print("$");
  } else if (text[1] >= '1' && text[1] <= '9') {
    value = server_url(server, text[1] - '0', "");
  } else if (strncmp(text, "$PORT", 5) == 0) {
    length = 5;
    value = print("%d", server_port(server));
  } else if (strncmp(text, "$OTHER", 6) == 0) {
    length = 6;
    value = print("%s", getenv("OTHER_PORT"));
  } else if (text[1] == 'N') {
    value = print("%d", repetition);
  } else if (sscanf(text, "$x(%d)", &times) == 1) {
    length = strcspn(text, ")") + 1;
    value = malloc((size_t)times + 1);
    memset(value, 'x', (size_t)times);
    value[times] = '\0';
  } else {
    return 0;
  }
  add(out, value, strlen(value));
  free(value);
  return length;
}

char *expand_bytes(const struct server *server, const char *text, size_t *size, int repetition) {
  struct growing out = {0};
  add(&out, "", 0);
  for (const char *at = text, *end = text + *size; at < end;) {
    size_t length = *at == '$' ? add_word(server, at, repetition, &out) : 0;
    if (length == 0) add(&out, at, 1);
    at += length ? length : 1;
  }
  *size = out.size;
  return out.data;
}

char *expand(const struct server *server, const char *text) {
  size_t size = strlen(text);
  return expand_bytes(server, text, &size, 0);
}

char *identity(const char *url) {
  char *copy = print("%.*s", (int)strcspn(url, "#"), url);
  char *authority = strstr(copy, "://");
  if (!authority) return copy;
  authority += 3;
  size_t length = strcspn(authority, "/?");
  char *at = memrchr(authority, '@', length);
  if (at) memmove(authority, at + 1, strlen(at + 1) + 1);
  return copy;
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

char **list_urls(const char *list, size_t size, size_t *count) {
  char **urls = NULL;
  size_t all = 0;
  const char *end = list + size;
  if (size >= 3 && memcmp(list, "\xef\xbb\xbf", 3) == 0) list += 3;
  while (list < end) {
    const char *line = list, *stop = memchr(list, '\n', (size_t)(end - list));
    if (!stop) stop = end;
    list = stop + 1;
    while (line < stop && is_space(*line))
      line++;
    while (stop > line && is_space(stop[-1]))
      stop--;
    if (line == stop || *line == '#') continue;
    char *text = strndup(line, (size_t)(stop - line));
    urls = realloc(urls, (all + 1) * sizeof *urls);
    urls[all++] = identity(text);
    free(text);
  }
  if (all > 1) qsort(urls, all, sizeof *urls, compare);
  *count = 0;
  for (size_t i = 0; i < all; i++) {
    if (*count > 0 && strcmp(urls[*count - 1], urls[i]) == 0)
      free(urls[i]);
    else
      urls[(*count)++] = urls[i];
  }
  return urls;
}
