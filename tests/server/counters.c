/* Keeps the server's figures: a table of hosts, a table of targets, and a ring of start times. */
#include "counters.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

struct figures {
  uint64_t requests, concurrent, max_concurrent, bytes;
};

struct host_count {
  struct host_count *next;
  struct figures figures;
  uint64_t connections;
  uint64_t hash;
  char name[];
};

struct target_count {
  struct target_count *next;
  struct host_count *host;
  struct figures figures;
  uint64_t hash;
  char name[];
};

struct start {
  uint64_t at_ms;
  const struct target_count *target;
};

/* One that was put to a name server. */
struct question {
  char *name, *type;
  bool tcp;
  uint64_t at_ms, requests; /* that had begun before it */
};

#define HOST_SLOTS 4096

struct counters {
  uint64_t generation;
  struct figures total;
  uint64_t connections, open, max_open;
  struct host_count *hosts[HOST_SLOTS];
  struct target_count **targets;
  size_t target_count, target_slots; /* slots: a power of two */
  struct start starts[COUNTERS_STARTS];
  uint64_t start_count;
  struct question *questions;
  size_t question_count;
};

static uint64_t hash_text(const char *text, uint64_t hash) {
  for (; *text; text++)
    hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
  return hash ^ (hash >> 29);
}

struct counters *counters_new(void) {
  struct counters *counters = must(calloc(1, sizeof *counters));
  counters->target_slots = 1024;
  counters->targets = must(calloc(counters->target_slots, sizeof *counters->targets));
  return counters;
}

void counters_reset(struct counters *counters) {
  for (size_t i = 0; i < HOST_SLOTS; i++)
    while (counters->hosts[i]) {
      struct host_count *host = counters->hosts[i];
      counters->hosts[i] = host->next;
      free(host);
    }
  for (size_t i = 0; i < counters->target_slots; i++)
    while (counters->targets[i]) {
      struct target_count *target = counters->targets[i];
      counters->targets[i] = target->next;
      free(target);
    }
  for (size_t i = 0; i < counters->question_count; i++) {
    free(counters->questions[i].name);
    free(counters->questions[i].type);
  }
  counters->question_count = 0;
  counters->target_count = 0;
  counters->start_count = 0;
  counters->total = (struct figures){0};
  counters->connections = 0;
  counters->max_open = counters->open;
  counters->generation++;
}

void counters_free(struct counters *counters) {
  counters_reset(counters);
  free(counters->targets);
  free(counters->questions);
  free(counters);
}

unsigned counters_asked(struct counters *counters, const char *name, const char *type, bool tcp, uint64_t now_ms) {
  size_t count = counters->question_count;
  unsigned attempt = 1;
  for (size_t i = 0; i < count; i++)
    attempt += strcmp(counters->questions[i].name, name) == 0 && strcmp(counters->questions[i].type, type) == 0;
  if ((count & (count - 1)) == 0) {
    size_t room = count ? 2 * count : 1;
    counters->questions = must(realloc(counters->questions, room * sizeof *counters->questions));
  }
  counters->questions[counters->question_count++] = (struct question){
      text_copy(name, strlen(name)), text_copy(type, strlen(type)), tcp, now_ms, counters->total.requests};
  return attempt;
}

void counters_connected(struct counters *counters) {
  counters->connections++;
  counters->open++;
  if (counters->open > counters->max_open) counters->max_open = counters->open;
}

void counters_disconnected(struct counters *counters) {
  counters->open--;
}

static struct host_count *find_host(struct counters *counters, const char *name) {
  uint64_t hash = hash_text(name, 0xcbf29ce484222325u);
  struct host_count **slot = &counters->hosts[hash & (HOST_SLOTS - 1)];
  for (struct host_count *host = *slot; host; host = host->next)
    if (host->hash == hash && strcmp(host->name, name) == 0) return host;
  size_t length = strlen(name) + 1;
  struct host_count *host = must(calloc(1, sizeof *host + length));
  memcpy(host->name, name, length);
  host->hash = hash;
  host->next = *slot;
  *slot = host;
  return host;
}

static void grow_targets(struct counters *counters) {
  size_t slots = counters->target_slots * 2;
  struct target_count **targets = must(calloc(slots, sizeof *targets));
  for (size_t i = 0; i < counters->target_slots; i++)
    while (counters->targets[i]) {
      struct target_count *target = counters->targets[i];
      counters->targets[i] = target->next;
      target->next = targets[target->hash & (slots - 1)];
      targets[target->hash & (slots - 1)] = target;
    }
  free(counters->targets);
  counters->targets = targets;
  counters->target_slots = slots;
}

static struct target_count *find_target(struct counters *counters, struct host_count *host, const char *name) {
  uint64_t hash = hash_text(name, host->hash);
  struct target_count *target = counters->targets[hash & (counters->target_slots - 1)];
  for (; target; target = target->next)
    if (target->hash == hash && target->host == host && strcmp(target->name, name) == 0) return target;
  if (counters->target_count == counters->target_slots) grow_targets(counters);
  size_t length = strlen(name) + 1;
  target = must(calloc(1, sizeof *target + length));
  memcpy(target->name, name, length);
  target->hash = hash;
  target->host = host;
  struct target_count **slot = &counters->targets[hash & (counters->target_slots - 1)];
  target->next = *slot;
  *slot = target;
  counters->target_count++;
  return target;
}

static void figures_enter(struct figures *figures) {
  figures->requests++;
  figures->concurrent++;
  if (figures->concurrent > figures->max_concurrent) figures->max_concurrent = figures->concurrent;
}

struct ticket counters_enter(struct counters *counters, const char *host_name, const char *target_name, bool first,
                             uint64_t now_ms, unsigned *attempt) {
  struct host_count *host = find_host(counters, host_name);
  struct target_count *target = find_target(counters, host, target_name);
  if (first) host->connections++;
  figures_enter(&counters->total);
  figures_enter(&host->figures);
  figures_enter(&target->figures);
  counters->starts[counters->start_count++ % COUNTERS_STARTS] = (struct start){now_ms, target};
  *attempt = (unsigned)target->figures.requests;
  return (struct ticket){target, counters->generation};
}

void counters_sent(struct counters *counters, struct ticket ticket, uint64_t bytes) {
  if (!ticket.target || ticket.generation != counters->generation) return;
  counters->total.bytes += bytes;
  ticket.target->figures.bytes += bytes;
  ticket.target->host->figures.bytes += bytes;
}

void counters_leave(struct counters *counters, struct ticket ticket) {
  if (!ticket.target || ticket.generation != counters->generation) return;
  counters->total.concurrent--;
  ticket.target->figures.concurrent--;
  ticket.target->host->figures.concurrent--;
}

static void add_figures(struct text *text, const struct figures *figures) {
  text_format(text, " %llu %llu %llu %llu", (unsigned long long)figures->requests,
              (unsigned long long)figures->concurrent, (unsigned long long)figures->max_concurrent,
              (unsigned long long)figures->bytes);
}

char *counters_text(const struct counters *counters, bool starts, size_t *size) {
  struct text text = {0};
  text_format(&text, "total");
  add_figures(&text, &counters->total);
  text_format(&text, " %llu %llu %llu\n", (unsigned long long)counters->connections, (unsigned long long)counters->open,
              (unsigned long long)counters->max_open);
  for (size_t i = 0; i < HOST_SLOTS; i++)
    for (const struct host_count *host = counters->hosts[i]; host; host = host->next) {
      text_format(&text, "host %s", host->name);
      add_figures(&text, &host->figures);
      text_format(&text, " %llu\n", (unsigned long long)host->connections);
    }
  for (size_t i = 0; i < counters->target_slots; i++)
    for (const struct target_count *target = counters->targets[i]; target; target = target->next) {
      text_format(&text, "target %s %s", target->host->name, target->name);
      add_figures(&text, &target->figures);
      text_add(&text, "\n", 1);
    }
  uint64_t count = counters->start_count;
  for (uint64_t i = count > COUNTERS_STARTS ? count - COUNTERS_STARTS : 0; starts && i < count; i++) {
    const struct start *start = &counters->starts[i % COUNTERS_STARTS];
    text_format(&text, "start %s %s %llu\n", start->target->host->name, start->target->name,
                (unsigned long long)start->at_ms);
  }
  for (size_t i = 0; starts && i < counters->question_count; i++) {
    const struct question *question = &counters->questions[i];
    text_format(&text, "question %s %s %s %llu %llu\n", question->name, question->type, question->tcp ? "tcp" : "udp",
                (unsigned long long)question->at_ms, (unsigned long long)question->requests);
  }
  *size = text.size;
  return text.data;
}
