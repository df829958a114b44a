/* Counts failures by host in a sketch, and lists the worst. */
#include "report/top_hosts.h"
#include "base/util.h"

#include <seine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_ROOM 120
#define HOST_ROOM   288 /* "https://", a name of 255 bytes, a port; no longer one can be resolved */

struct counter {
  uint64_t key; /* fingerprint of the host */
  uint64_t count;
  uint64_t inherited; /* of count, what other hosts may have had */
  uint64_t votes; /* for `error`, less those against it */
  int error;
  size_t at; /* in the heap */
  char host[WORST_NAME];
  char reason[REASON_ROOM]; /* of the last failure */
};

struct worst {
  const struct fingerprint_key *key;
  struct table *known; /* host to counter */
  struct counter *counters;
  size_t *heap; /* indexes of counters, the smallest count first */
  size_t count, room;
};

struct worst *worst_new(const struct fingerprint_key *key, size_t counters) {
  struct worst *worst = xcalloc(1, sizeof *worst);
  worst->key = key;
  worst->known = table_new(true);
  worst->counters = xcalloc(counters, sizeof *worst->counters);
  worst->heap = xcalloc(counters, sizeof *worst->heap);
  worst->room = counters;
  return worst;
}

void worst_free(struct worst *worst) {
  if (!worst) return;
  table_free(worst->known);
  free(worst->counters);
  free(worst->heap);
  free(worst);
}

/* ---- Hosts ---- */

/* Cuts the origin off a canonical URL. */
static void take_origin(const char *canonical, char *host, size_t size) {
  const char *name = strstr(canonical, "://") + 3;
  size_t length = (size_t)(name - canonical) + strcspn(name, "/");
  if (length >= size) length = size - 1;
  memcpy(host, canonical, length);
  host[length] = '\0';
}

bool worst_host_of(const char *url, char *host, size_t size) {
  if (seine_url_canonical_length(url) > 0) {
    take_origin(url, host, size);
    return true;
  }
  seine_url_t parsed;
  bool is_url = seine_url_parse(&parsed, url, NULL, 0) == 0;
  if (is_url) take_origin(parsed.public_url, host, size);
  seine_url_clear(&parsed);
  return is_url;
}

/* ---- The heap ---- */

static bool smaller(const struct worst *worst, size_t a, size_t b) {
  return worst->counters[worst->heap[a]].count < worst->counters[worst->heap[b]].count;
}

static void swap(struct worst *worst, size_t a, size_t b) {
  size_t counter = worst->heap[a];
  worst->heap[a] = worst->heap[b];
  worst->heap[b] = counter;
  worst->counters[worst->heap[a]].at = a;
  worst->counters[worst->heap[b]].at = b;
}

/* A count has grown: its counter goes down, away from the smallest. */
static void sink(struct worst *worst, size_t at) {
  for (size_t child; (child = 2 * at + 1) < worst->count; at = child) {
    if (child + 1 < worst->count && smaller(worst, child + 1, child)) child++;
    if (!smaller(worst, child, at)) return;
    swap(worst, at, child);
  }
}

/* A count of 0 is the smallest, and belongs on top. */
static void rise(struct worst *worst, size_t at) {
  for (; at > 0 && smaller(worst, at, (at - 1) / 2); at = (at - 1) / 2)
    swap(worst, at, (at - 1) / 2);
}

/* ---- Counting ---- */

static struct counter *free_counter(struct worst *worst) {
  if (worst->count == worst->room) {
    struct counter *least = &worst->counters[worst->heap[0]];
    table_remove(worst->known, least->key);
    return least;
  }
  size_t at = worst->count++;
  worst->heap[at] = at;
  worst->counters[at].at = at;
  rise(worst, at);
  return &worst->counters[at];
}

static struct counter *counter_of(struct worst *worst, const char *host) {
  struct table_slot slot;
  uint64_t key = fingerprint(worst->key, host, strlen(host));
  if (table_find(worst->known, key, &slot)) return &worst->counters[*slot.value];
  struct counter *counter = free_counter(worst);
  counter->key = key;
  counter->inherited = counter->count;
  counter->votes = 0;
  counter->reason[0] = '\0';
  snprintf(counter->host, sizeof counter->host, "%s", host);
  table_insert(worst->known, key, &slot);
  *slot.value = (uint64_t)(counter - worst->counters);
  return counter;
}

static struct counter *count(struct worst *worst, const char *name, int error) {
  struct counter *counter = counter_of(worst, name);
  counter->count++;
  /* What has the majority, if anything has, is left over when each vote is set off against another. */
  if (counter->votes == 0) counter->error = error;
  if (counter->error == error)
    counter->votes++;
  else
    counter->votes--;
  sink(worst, counter->at);
  return counter;
}

void worst_add(struct worst *worst, const char *url, int error, const char *reason) {
  char host[HOST_ROOM];
  if (!worst_host_of(url, host, sizeof host)) return;
  struct counter *counter = count(worst, host, error);
  if (!reason) reason = "";
  size_t length = utf8_cut(reason, strlen(reason), sizeof counter->reason - 1);
  memcpy(counter->reason, reason, length);
  counter->reason[length] = '\0';
}

void worst_count(struct worst *worst, const char *name) {
  count(worst, name, 0);
}

/* ---- Listing ---- */

static int compare(const void *a, const void *b) {
  const struct worst_host *left = a, *right = b;
  if (left->failed != right->failed) return left->failed < right->failed ? 1 : -1;
  return strcmp(left->host, right->host);
}

size_t worst_list(const struct worst *worst, struct worst_host *hosts, size_t most) {
  struct worst_host *all = xcalloc(worst->count, sizeof *all);
  size_t count = 0;
  for (size_t i = 0; i < worst->count; i++) {
    const struct counter *counter = &worst->counters[i];
    struct worst_host host = {.host = counter->host, .failed = counter->count - counter->inherited};
    host.exact = counter->inherited == 0;
    host.error = counter->error;
    host.reason = counter->reason;
    /* One failure of an unknown number says nothing of a host: any other could stand in its place. */
    if (host.exact || host.failed > 1) all[count++] = host;
  }
  qsort(all, count, sizeof *all, compare);
  if (count > most) count = most;
  memcpy(hosts, all, count * sizeof *all);
  free(all);
  return count;
}
