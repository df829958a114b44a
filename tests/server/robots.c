/* What hosts answer for /robots.txt: a short list, since a test sets few. */
#include "robots.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct page {
  LIST_ENTRY(page) entry;
  char *host, *query;
};

struct robots_pages {
  LIST_HEAD(, page) list;
};

struct robots_pages *robots_pages_new(void) {
  struct robots_pages *pages = must(calloc(1, sizeof *pages));
  LIST_INIT(&pages->list);
  return pages;
}

void robots_pages_reset(struct robots_pages *pages) {
  while (!LIST_EMPTY(&pages->list)) {
    struct page *page = LIST_FIRST(&pages->list);
    LIST_REMOVE(page, entry);
    free(page->host);
    free(page->query);
    free(page);
  }
}

void robots_pages_free(struct robots_pages *pages) {
  robots_pages_reset(pages);
  free(pages);
}

static struct page *find(const struct robots_pages *pages, const char *host) {
  struct page *page;
  LIST_FOREACH (page, &pages->list, entry)
    if (strcmp(page->host, host) == 0) return page;
  return NULL;
}

void robots_pages_set(struct robots_pages *pages, const char *host, const char *query) {
  struct page *page = find(pages, host);
  if (!page) {
    page = must(calloc(1, sizeof *page));
    page->host = text_copy(host, strlen(host));
    LIST_INSERT_HEAD(&pages->list, page, entry);
  }
  free(page->query);
  page->query = text_copy(query, strlen(query));
}

const char *robots_pages_find(const struct robots_pages *pages, const char *host) {
  const struct page *page = find(pages, host);
  return page ? page->query : NULL;
}
