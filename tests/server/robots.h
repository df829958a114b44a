/* What hosts answer for /robots.txt, as tests tell it. */
#ifndef FAULTSERVER_ROBOTS_H
#define FAULTSERVER_ROBOTS_H

struct robots_pages;

struct robots_pages *robots_pages_new(void);
void robots_pages_free(struct robots_pages *pages);

/* Forgets what all hosts answer. */
void robots_pages_reset(struct robots_pages *pages);

/* From now on the host answers as /img/ would with this query; both are copied. */
void robots_pages_set(struct robots_pages *pages, const char *host, const char *query);

/* The query of a host; NULL if none was set. Valid until the next change. */
const char *robots_pages_find(const struct robots_pages *pages, const char *host);

#endif
