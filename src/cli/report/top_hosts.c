/* Counts failures by host, in a space-saving sketch, and lists the hosts with most of them. */
#include "report/top_hosts.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <seine_tools.h>
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
  char host[TOP_HOST_NAME_MAX];
  char reason[REASON_ROOM]; /* of the last failure */
};

struct top_hosts {
  const struct fingerprint_key *key;
  struct fingerprint_table *known; /* host to counter */
  struct counter *counters;
  size_t *heap; /* indexes of counters, the smallest count first */
  size_t count, room;
};

struct top_hosts *top_hosts_new(const struct fingerprint_key *key, size_t counters) {
  struct top_hosts *top_hosts = xcalloc(1, sizeof *top_hosts);
  top_hosts->key = key;
  top_hosts->known = fingerprint_table_new(true);
  top_hosts->counters = xcalloc(counters, sizeof *top_hosts->counters);
  top_hosts->heap = xcalloc(counters, sizeof *top_hosts->heap);
  top_hosts->room = counters;
  return top_hosts;
}

void top_hosts_free(struct top_hosts *top_hosts) {
  if (!top_hosts) return;
  fingerprint_table_free(top_hosts->known);
  free(top_hosts->counters);
  free(top_hosts->heap);
  free(top_hosts);
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

bool top_hosts_host_of(const char *url, char *host, size_t size) {
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

static bool smaller(const struct top_hosts *top_hosts, size_t a, size_t b) {
  return top_hosts->counters[top_hosts->heap[a]].count < top_hosts->counters[top_hosts->heap[b]].count;
}

static void swap(struct top_hosts *top_hosts, size_t a, size_t b) {
  size_t counter = top_hosts->heap[a];
  top_hosts->heap[a] = top_hosts->heap[b];
  top_hosts->heap[b] = counter;
  top_hosts->counters[top_hosts->heap[a]].at = a;
  top_hosts->counters[top_hosts->heap[b]].at = b;
}

/* A count has grown: its counter goes down, away from the smallest. */
static void sink(struct top_hosts *top_hosts, size_t at) {
  for (size_t child; (child = 2 * at + 1) < top_hosts->count; at = child) {
    if (child + 1 < top_hosts->count && smaller(top_hosts, child + 1, child)) child++;
    if (!smaller(top_hosts, child, at)) return;
    swap(top_hosts, at, child);
  }
}

/* A count of 0 is the smallest, and belongs on top. */
static void rise(struct top_hosts *top_hosts, size_t at) {
  for (; at > 0 && smaller(top_hosts, at, (at - 1) / 2); at = (at - 1) / 2)
    swap(top_hosts, at, (at - 1) / 2);
}

/* ---- Counting ---- */

static struct counter *free_counter(struct top_hosts *top_hosts) {
  if (top_hosts->count == top_hosts->room) {
    struct counter *least = &top_hosts->counters[top_hosts->heap[0]];
    fingerprint_table_remove(top_hosts->known, least->key);
    return least;
  }
  size_t at = top_hosts->count++;
  top_hosts->heap[at] = at;
  top_hosts->counters[at].at = at;
  rise(top_hosts, at);
  return &top_hosts->counters[at];
}

static struct counter *counter_of(struct top_hosts *top_hosts, const char *host) {
  struct table_slot slot;
  uint64_t key = fingerprint(top_hosts->key, host, strlen(host));
  if (fingerprint_table_find(top_hosts->known, key, &slot)) return &top_hosts->counters[*slot.value];
  struct counter *counter = free_counter(top_hosts);
  counter->key = key;
  counter->inherited = counter->count;
  counter->votes = 0;
  counter->reason[0] = '\0';
  snprintf(counter->host, sizeof counter->host, "%s", host);
  fingerprint_table_insert(top_hosts->known, key, &slot);
  *slot.value = (uint64_t)(counter - top_hosts->counters);
  return counter;
}

static struct counter *count(struct top_hosts *top_hosts, const char *name, int error) {
  struct counter *counter = counter_of(top_hosts, name);
  counter->count++;
  /* What has the majority, if anything has, is left over when each vote is set off against another. */
  if (counter->votes == 0) counter->error = error;
  if (counter->error == error)
    counter->votes++;
  else
    counter->votes--;
  sink(top_hosts, counter->at);
  return counter;
}

void top_hosts_add(struct top_hosts *top_hosts, const char *url, int error, const char *reason) {
  char host[HOST_ROOM];
  if (!top_hosts_host_of(url, host, sizeof host)) return;
  struct counter *counter = count(top_hosts, host, error);
  if (!reason) reason = "";
  size_t length = utf8_cut(reason, strlen(reason), sizeof counter->reason - 1);
  memcpy(counter->reason, reason, length);
  counter->reason[length] = '\0';
}

void top_hosts_count(struct top_hosts *top_hosts, const char *name) {
  count(top_hosts, name, 0);
}

/* ---- Listing ---- */

static int compare(const void *a, const void *b) {
  const struct top_host *left = a, *right = b;
  if (left->failed != right->failed) return left->failed < right->failed ? 1 : -1;
  return strcmp(left->host, right->host);
}

size_t top_hosts_list(const struct top_hosts *top_hosts, struct top_host *hosts, size_t most) {
  struct top_host *all = xcalloc(top_hosts->count, sizeof *all);
  size_t count = 0;
  for (size_t i = 0; i < top_hosts->count; i++) {
    const struct counter *counter = &top_hosts->counters[i];
    struct top_host host = {.host = counter->host, .failed = counter->count - counter->inherited};
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
