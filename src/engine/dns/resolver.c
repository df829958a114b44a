/* Resolves names: a cache, a queue behind it, and a limited number of names queried at once. */
#include "dns/resolver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/hash_table.h"
#include "dns/dns_query.h"
#include "dns/dns_window.h"
#include "seine.h"

#define SLOW_MS     1000 /* a name that takes longer does not count against the pace: its own servers may be dead */
#define BURST       64 /* names asked for in one go: a server's socket holds a few hundred questions */
#define SLOW_FACTOR 8 /* times the pace's most: names and questions in all, slow ones among them */

TAILQ_HEAD(query_list, resolver_query);
TAILQ_HEAD(entry_list, entry);

struct resolver_query {
  TAILQ_ENTRY(resolver_query) link; /* on entry->queries, or on resolver->ready once entry is NULL */
  struct resolver *resolver;
  struct entry *entry;
  resolver_cb callback;
  void *user;
  struct resolver_answer answer; /* of one that is ready, with a reference to the addresses */
};

enum entry_state {
  ENTRY_NEW, /* on no list */
  ENTRY_LINE, /* on resolver->line: to be asked for when there is room. Somebody waits for it */
  ENTRY_ASKING, /* on resolver->asking: name servers are at it. Perhaps nobody waits any more */
  ENTRY_KNOWN /* on resolver->known, oldest first: nobody waits. May have expired */
};

struct entry {
  UT_hash_handle hh;
  TAILQ_ENTRY(entry) link;
  enum entry_state state;
  struct resolver *resolver;
  struct query_list queries;
  struct resolver_answer answer; /* of one that is known */
  uint64_t expires_ms;
  uint64_t asked_ms;
  bool slow; /* of one that is asked for: counted in resolver->slow */
  char host[];
};

struct resolver {
  uv_loop_t *loop;
  uv_idle_t idle; /* runs while something is ready, or could be asked for */
  struct dns *dns;
  struct resolver_options options; /* without the strings */
  struct entry *entries;
  struct entry_list line, robots_pending, known;
  struct entry *quick; /* in asking: the first that is not slow; those before it are */
  unsigned known_count, line_count, asking_count, slow;
  struct dns_window window;
  uv_timer_t timer; /* while the line waits for room, which slow names may leave without an answer */
  struct query_list ready;
  size_t ready_count;

  char *hosts_path;
  struct hosts_file hosts, hosts_found; /* the second is the worker's while hosts_busy */
  uv_work_t hosts_work;
  uint64_t hosts_checked_ms;
  bool hosts_busy, hosts_changed;

  unsigned handles; /* not yet closed, and work not yet over */
  bool closing;
  void (*done)(void *user);
  void *done_user;
};

static const struct resolver_answer no_memory = {SEINE_ENOMEM, false, "out of memory", NULL};

/* ---- /etc/hosts ---- */

static void handle_closed(struct resolver *resolver);

static void hosts_check(uv_work_t *work) {
  struct resolver *resolver = work->data;
  resolver->hosts_changed = hosts_file_load(resolver->hosts_path, &resolver->hosts, &resolver->hosts_found);
}

static void hosts_checked(uv_work_t *work, int status) {
  struct resolver *resolver = work->data;
  resolver->hosts_busy = false;
  if (status == 0 && resolver->hosts_changed) {
    hosts_file_clear(&resolver->hosts);
    resolver->hosts = resolver->hosts_found;
  }
  handle_closed(resolver);
}

/* Looks after the file when somebody asks, at times; this look-up still sees what was read before. */
static void hosts_refresh(struct resolver *resolver) {
  uint64_t now = uv_now(resolver->loop);
  if (resolver->hosts_busy || now - resolver->hosts_checked_ms < resolver->options.hosts_check_ms) return;
  resolver->hosts_checked_ms = now;
  resolver->hosts_work.data = resolver;
  if (uv_queue_work(resolver->loop, &resolver->hosts_work, hosts_check, hosts_checked) != 0) return;
  resolver->hosts_busy = true;
  resolver->handles++;
}

/* ---- Entries ---- */

static struct entry_list *entry_list_of(struct resolver *resolver, enum entry_state state) {
  if (state == ENTRY_LINE) return &resolver->line;
  if (state == ENTRY_ASKING) return &resolver->robots_pending;
  return state == ENTRY_KNOWN ? &resolver->known : NULL;
}

static void entry_move(struct resolver *resolver, struct entry *entry, enum entry_state state) {
  struct entry_list *from = entry_list_of(resolver, entry->state), *to = entry_list_of(resolver, state);
  if (entry == resolver->quick) resolver->quick = TAILQ_NEXT(entry, link);
  if (from) TAILQ_REMOVE(from, entry, link);
  resolver->slow -= entry->slow;
  entry->slow = false;
  if (to) TAILQ_INSERT_TAIL(to, entry, link);
  resolver->known_count += (state == ENTRY_KNOWN) - (entry->state == ENTRY_KNOWN);
  resolver->line_count += (state == ENTRY_LINE) - (entry->state == ENTRY_LINE);
  resolver->asking_count += (state == ENTRY_ASKING) - (entry->state == ENTRY_ASKING);
  if (state == ENTRY_ASKING && !resolver->quick) resolver->quick = entry;
  entry->state = state;
}

static struct entry *entry_find(struct resolver *resolver, const char *host) {
  struct entry *entry;
  HASH_FIND_STR(resolver->entries, host, entry);
  return entry;
}

static struct entry *entry_make(struct resolver *resolver, const char *host) {
  struct entry *entry = calloc(1, sizeof(*entry) + strlen(host) + 1);
  if (!entry) return NULL;
  strcpy(entry->host, host);
  entry->resolver = resolver;
  TAILQ_INIT(&entry->queries);
  HASH_ADD_STR(resolver->entries, host, entry);
  if (entry->hh.tbl) return entry;
  free(entry);
  return NULL;
}

static void entry_forget(struct resolver *resolver, struct entry *entry) {
  entry_move(resolver, entry, ENTRY_NEW);
  HASH_DEL(resolver->entries, entry);
  addresses_unref(entry->answer.addresses);
  free(entry);
}

static void query_ready(struct resolver_query *query, const struct resolver_answer *answer) {
  struct resolver *resolver = query->resolver;
  query->entry = NULL;
  query->answer = *answer;
  if (answer->addresses) addresses_ref(answer->addresses);
  TAILQ_INSERT_TAIL(&resolver->ready, query, link);
  resolver->ready_count++;
}

/* The answer stands: everybody who waits for it gets it, and so do later ones until it expires. */
static void entry_settle(struct resolver *resolver, struct entry *entry, const struct resolver_answer *answer,
                         uint64_t keep_ms) {
  struct resolver_query *query;
  entry->answer = *answer;
  entry->expires_ms = uv_now(resolver->loop) + keep_ms;
  while ((query = TAILQ_FIRST(&entry->queries))) {
    TAILQ_REMOVE(&entry->queries, query, link);
    query_ready(query, answer);
  }
  entry_move(resolver, entry, ENTRY_KNOWN);
  while (resolver->known_count > resolver->options.cache_names)
    entry_forget(resolver, TAILQ_FIRST(&resolver->known));
}

/* ---- The line ---- */

static void rearm(struct resolver *resolver);

static void on_answer(void *user, const struct dns_answer *found) {
  struct entry *entry = user;
  struct resolver *resolver = entry->resolver;
  const struct resolver_options *options = &resolver->options;
  struct resolver_answer answer = {found->error, found->permanent, found->message, NULL};
  uint64_t keep_ms = found->permanent ? options->negative_ttl_ms : options->failure_ttl_ms;
  if (found->error == SEINE_EIO) keep_ms = 0;
  if (!found->error) {
    keep_ms = found->ttl_ms < options->min_ttl_ms ? options->min_ttl_ms : found->ttl_ms;
    if (keep_ms > options->max_ttl_ms) keep_ms = options->max_ttl_ms;
    answer.addresses = addresses_make(found->list, found->count, uv_now(resolver->loop) + keep_ms);
    if (!answer.addresses) {
      answer = no_memory;
      keep_ms = 0;
    }
  }
  /* Only what a server said is an answer. */
  if (!found->error || found->permanent) dns_window_answered(&resolver->window, uv_now(resolver->loop), found->lost);
  entry_settle(resolver, entry, &answer, keep_ms);
  rearm(resolver);
}

static void mark_slow(struct resolver *resolver) {
  struct entry *entry;
  while ((entry = resolver->quick) && uv_now(resolver->loop) - entry->asked_ms >= SLOW_MS) {
    entry->slow = true;
    resolver->slow++;
    resolver->quick = TAILQ_NEXT(entry, link);
  }
}

unsigned resolver_available(const struct resolver *resolver) {
  unsigned quick = resolver->asking_count - resolver->slow, window = resolver->window.window;
  unsigned most = resolver->options.outstanding;
  if (quick >= window || resolver->asking_count >= most * SLOW_FACTOR) return 0;
  if (dns_outstanding(resolver->dns) >= 2 * most * SLOW_FACTOR) return 0;
  return window - quick;
}

unsigned resolver_window(const struct resolver *resolver) {
  return resolver->window.window;
}

unsigned resolver_waiting(const struct resolver *resolver) {
  return resolver->line_count;
}

static bool has_room(const struct resolver *resolver) {
  return resolver_available(resolver) > 0;
}

static void on_idle(uv_idle_t *idle);
static void on_slow(uv_timer_t *timer);

/* Called last wherever something may have become ready, or room. */
static void rearm(struct resolver *resolver) {
  if (resolver->closing) return;
  if (resolver->ready_count || (!TAILQ_EMPTY(&resolver->line) && has_room(resolver))) {
    uv_idle_start(&resolver->idle, on_idle);
  } else {
    uv_idle_stop(&resolver->idle);
  }
  bool active = uv_is_active((uv_handle_t *)&resolver->timer);
  if (TAILQ_EMPTY(&resolver->line))
    uv_timer_stop(&resolver->timer);
  else if (!active)
    uv_timer_start(&resolver->timer, on_slow, SLOW_MS / 10, SLOW_MS / 10);
  if (TAILQ_EMPTY(&resolver->line) && has_room(resolver)) dns_window_underused(&resolver->window);
}

static void on_slow(uv_timer_t *timer) {
  struct resolver *resolver = timer->data;
  mark_slow(resolver);
  rearm(resolver);
}

static void entry_ask(struct resolver *resolver, struct entry *entry) {
  entry->asked_ms = uv_now(resolver->loop);
  entry_move(resolver, entry, ENTRY_ASKING);
  if (dns_lookup(resolver->dns, entry->host, on_answer, entry) != 0) entry_settle(resolver, entry, &no_memory, 0);
}

static void query_drop(struct resolver_query *query) {
  struct resolver *resolver = query->resolver;
  if (query->entry) {
    TAILQ_REMOVE(&query->entry->queries, query, link);
  } else {
    TAILQ_REMOVE(&resolver->ready, query, link);
    resolver->ready_count--;
    addresses_unref(query->answer.addresses);
  }
  free(query);
}

/* Asks for as many names, and answers as many queries, as were there when it began: a callback that looks up again must
 * not keep the loop here. */
static void on_idle(uv_idle_t *idle) {
  struct resolver *resolver = idle->data;
  struct resolver_query *query;
  mark_slow(resolver);
  for (unsigned i = 0; i < BURST && !TAILQ_EMPTY(&resolver->line) && has_room(resolver); i++)
    entry_ask(resolver, TAILQ_FIRST(&resolver->line));
  for (size_t left = resolver->ready_count; left && (query = TAILQ_FIRST(&resolver->ready)); left--) {
    resolver_cb callback = query->callback;
    void *user = query->user;
    struct resolver_answer answer = query->answer;
    if (answer.addresses) addresses_ref(answer.addresses);
    query_drop(query);
    callback(user, &answer);
    addresses_unref(answer.addresses);
  }
  rearm(resolver);
}

/* ---- Life ---- */

int resolver_family(void) {
  return dns_family();
}

static void options_default(struct resolver_options *to, const struct resolver_options *from) {
  if (from) *to = *from;
  to->servers = to->hosts = NULL;
  if (!to->min_ttl_ms) to->min_ttl_ms = 60000;
  if (!to->max_ttl_ms) to->max_ttl_ms = 3600000;
  if (!to->negative_ttl_ms) to->negative_ttl_ms = 300000;
  if (!to->failure_ttl_ms) to->failure_ttl_ms = 1000;
  if (!to->timeout_ms) to->timeout_ms = 2000;
  if (!to->tries) to->tries = 3;
  if (!to->outstanding) to->outstanding = 512;
  if (!to->cache_names) to->cache_names = 100000;
  if (!to->hosts_check_ms) to->hosts_check_ms = 5000;
}

int resolver_open(struct resolver **resolver, uv_loop_t *loop, const struct resolver_options *options) {
  struct resolver *made = calloc(1, sizeof(*made));
  *resolver = NULL;
  if (!made) return SEINE_ENOMEM;
  made->loop = loop;
  options_default(&made->options, options);
  TAILQ_INIT(&made->line);
  TAILQ_INIT(&made->robots_pending);
  TAILQ_INIT(&made->known);
  TAILQ_INIT(&made->ready);
  struct dns_options dns = {.timeout_ms = made->options.timeout_ms,
                            .tries = made->options.tries,
                            .family = made->options.family,
                            .servers = options ? options->servers : NULL};
  made->hosts_path = strdup(options && options->hosts ? options->hosts : "/etc/hosts");
  int error = made->hosts_path ? dns_open(&made->dns, loop, &dns) : SEINE_ENOMEM;
  if (error) {
    free(made->hosts_path);
    free(made);
    return error;
  }
  struct hosts_file nothing = {0};
  hosts_file_load(made->hosts_path, &nothing, &made->hosts);
  made->hosts_checked_ms = uv_now(loop);
  uv_idle_init(loop, &made->idle);
  uv_timer_init(loop, &made->timer);
  made->idle.data = made->timer.data = made;
  made->handles = 3; /* idle, timer and dns */
  dns_window_init(&made->window, made->options.outstanding);
  *resolver = made;
  return 0;
}

/* The last one to go takes the resolver with it. */
static void handle_closed(struct resolver *resolver) {
  if (--resolver->handles > 0 || !resolver->closing) return;
  hosts_file_clear(&resolver->hosts);
  free(resolver->hosts_path);
  void (*done)(void *user) = resolver->done;
  void *user = resolver->done_user;
  free(resolver);
  if (done) done(user);
}

static void idle_closed(uv_handle_t *handle) {
  handle_closed(handle->data);
}

static void dns_closed(void *user) {
  handle_closed(user);
}

void resolver_close(struct resolver *resolver, void (*done)(void *user), void *user) {
  struct resolver_query *query;
  struct entry *entry, *next;
  resolver->closing = true;
  resolver->done = done;
  resolver->done_user = user;
  dns_close(resolver->dns, dns_closed, resolver);
  while ((query = TAILQ_FIRST(&resolver->ready)))
    query_drop(query);
  HASH_ITER (hh, resolver->entries, entry, next) {
    while ((query = TAILQ_FIRST(&entry->queries)))
      query_drop(query);
    entry_forget(resolver, entry);
  }
  if (resolver->hosts_busy) uv_cancel((uv_req_t *)&resolver->hosts_work);
  uv_close((uv_handle_t *)&resolver->idle, idle_closed);
  uv_close((uv_handle_t *)&resolver->timer, idle_closed);
}

/* ---- Look-ups ---- */

/* Both, whatever is asked for elsewhere: a machine without a route to IPv6 still has ::1. */
static struct addresses *localhost_make(void) {
  union address list[2];
  address_read(&list[0], "127.0.0.1");
  address_read(&list[1], "::1");
  return addresses_make(list, 2, UINT64_MAX);
}

/* What is known of a host at once. False if it has to be asked for, under the name that was read. The addresses are the
 * caller's. */
static bool known_now(struct resolver *resolver, const char *host, char name[HOST_NAME_SIZE],
                      struct resolver_answer *answer) {
  static const struct resolver_answer malformed = {SEINE_EDNS, true, "the name is malformed", NULL};
  union address literal;
  *answer = (struct resolver_answer){0};
  if (address_read(&literal, host)) {
    answer->addresses = addresses_make(&literal, 1, UINT64_MAX);
    if (!answer->addresses) *answer = no_memory;
    return true;
  }
  if (!host_name_read(host, name)) {
    *answer = malformed;
    return true;
  }
  if (host_name_is_local(name)) {
    answer->addresses = localhost_make();
    if (!answer->addresses) *answer = no_memory;
    return true;
  }
  hosts_refresh(resolver);
  answer->addresses = hosts_file_find(&resolver->hosts, name);
  if (!answer->addresses) {
    struct entry *entry = entry_find(resolver, name);
    if (!entry || entry->state != ENTRY_KNOWN || entry->expires_ms <= uv_now(resolver->loop)) return false;
    *answer = entry->answer;
  }
  if (answer->addresses) addresses_ref(answer->addresses);
  return true;
}

struct addresses *resolver_cached(struct resolver *resolver, const char *host) {
  char name[HOST_NAME_SIZE];
  struct resolver_answer answer;
  if (resolver->closing) return NULL;
  return known_now(resolver, host, name, &answer) ? answer.addresses : NULL;
}

/* The entry that will have the answer. NULL if out of memory. */
static struct entry *entry_want(struct resolver *resolver, const char *name) {
  struct entry *entry = entry_find(resolver, name);
  if (!entry && !(entry = entry_make(resolver, name))) return NULL;
  if (entry->state == ENTRY_LINE || entry->state == ENTRY_ASKING) return entry;
  addresses_unref(entry->answer.addresses);
  entry->answer = (struct resolver_answer){0};
  entry_move(resolver, entry, ENTRY_LINE);
  return entry;
}

int resolver_lookup(struct resolver *resolver, const char *host, resolver_cb callback, void *user,
                    struct resolver_query **query) {
  char name[HOST_NAME_SIZE];
  struct resolver_answer answer;
  if (query) *query = NULL;
  if (resolver->closing) return SEINE_ECLOSING;
  struct resolver_query *made = calloc(1, sizeof(*made));
  if (!made) return SEINE_ENOMEM;
  made->resolver = resolver;
  made->callback = callback;
  made->user = user;
  if (known_now(resolver, host, name, &answer)) {
    query_ready(made, &answer);
    addresses_unref(answer.addresses);
  } else {
    made->entry = entry_want(resolver, name);
    if (!made->entry) {
      free(made);
      return SEINE_ENOMEM;
    }
    TAILQ_INSERT_TAIL(&made->entry->queries, made, link);
  }
  rearm(resolver);
  if (query) *query = made;
  return 0;
}

void resolver_cancel(struct resolver_query *query) {
  struct resolver *resolver = query->resolver;
  struct entry *entry = query->entry;
  query_drop(query);
  /* What is being asked goes on: its answer may serve later. What only stands in line leaves it. */
  if (entry && entry->state == ENTRY_LINE && TAILQ_EMPTY(&entry->queries)) entry_forget(resolver, entry);
  rearm(resolver);
}

void resolver_prefetch(struct resolver *resolver, const char *host) {
  char name[HOST_NAME_SIZE];
  struct resolver_answer answer;
  if (resolver->closing) return;
  if (known_now(resolver, host, name, &answer))
    addresses_unref(answer.addresses);
  else
    entry_want(resolver, name);
  rearm(resolver);
}

/* ---- Addresses that fail ---- */

struct addresses *resolver_prefer(struct resolver *resolver, const char *host, const struct addresses *tried,
                                  const char *address) {
  union address good, list[ADDRESSES_MAX];
  unsigned count = 0, failed = 0;
  if (tried->count < 2 || resolver->closing || !address_read(&good, address)) return NULL;
  for (unsigned i = 0; i < tried->count && !address_equal(&tried->list[i], &good); i++)
    failed += tried->list[i].any.sa_family == good.any.sa_family;
  if (!failed) return NULL;
  bool past = true;
  for (unsigned i = 0; i < tried->count; i++) {
    past = past && !address_equal(&tried->list[i], &good);
    if (!past || tried->list[i].any.sa_family != good.any.sa_family) list[count++] = tried->list[i];
  }
  if (past) return NULL; /* it is none of them */
  for (unsigned i = 0; count < tried->count; i++)
    if (tried->list[i].any.sa_family == good.any.sa_family) list[count++] = tried->list[i];
  struct addresses *made = addresses_make(list, count, tried->expires_ms);
  char name[HOST_NAME_SIZE];
  struct entry *entry = made && host_name_read(host, name) ? entry_find(resolver, name) : NULL;
  if (entry && entry->state == ENTRY_KNOWN && entry->answer.addresses == tried) {
    addresses_unref(entry->answer.addresses);
    entry->answer.addresses = addresses_ref(made);
  }
  return made;
}
