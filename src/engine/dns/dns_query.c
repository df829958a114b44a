/* Queries name servers, by c-ares on the loop.
 *
 * Each family is a question of its own. Asked for both at once, c-ares 1.18 reports the status of what came last, and a
 * server that failed for IPv4 and has nothing for IPv6 would look like a name without addresses, which is permanent. */
#include "dns/dns_query.h"

#include <ares.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/fd_shortage.h"
#include "seine.h"

/* How long the other family's answer is waited for once one has come: some servers never answer for IPv6. */
#define GRACE_MS 250

/* how often timeouts are looked after: c-ares would walk all questions to say when the next one is */
#define TICK_MS      20
#define SOCKET_BYTES (1 << 20) /* of answers that may wait for us, if the system allows */

/* One name that is asked for. */
struct lookup {
  LIST_ENTRY(lookup) link;
  TAILQ_ENTRY(lookup) grace; /* in dns->grace, while deadline_ms is set */
  struct dns *dns;
  struct question *questions[2]; /* NULL once answered */
  uint64_t deadline_ms; /* when the one that is left is not waited for any more; 0: not yet known */
  uint64_t ttl_ms;
  unsigned count;
  bool transient, no_name, no_descriptor, lost;
  const char *message;
  dns_cb callback;
  void *user;
  union address found[ADDRESSES_MAX];
};

/* What c-ares calls back with. */
struct question {
  struct dns *dns;
  struct lookup *lookup; /* NULL once nobody waits for it */
  bool second;
};

struct dns_socket {
  uv_poll_t poll;
  LIST_ENTRY(dns_socket) link;
  struct dns *dns;
  ares_socket_t fd;
};

struct dns {
  uv_loop_t *loop;
  uv_timer_t timer;
  ares_channel channel;
  int family;
  bool prefer_v6;
  LIST_HEAD(, dns_socket) sockets;
  LIST_HEAD(, lookup) lookups;
  TAILQ_HEAD(, lookup) grace; /* those with one answer of two, the one that has it longest first */
  unsigned questions;
  unsigned handles; /* not yet closed */
  bool closing;
  void (*done)(void *user);
  void *done_user;
};

/* ---- Answers ---- */

/* The preferred family first; within it, the servers' order, which is how they spread load. */
static void addresses_sort(union address *list, unsigned count, int first) {
  union address other[ADDRESSES_MAX];
  unsigned front = 0, back = 0;
  for (unsigned i = 0; i < count; i++) {
    if (list[i].any.sa_family == first) {
      list[front++] = list[i];
    } else {
      other[back++] = list[i];
    }
  }
  memcpy(list + front, other, back * sizeof(*list));
}

static void lookup_conclude(struct lookup *lookup) {
  struct dns *dns = lookup->dns;
  struct dns_answer answer = {
      .list = lookup->found, .count = lookup->count, .ttl_ms = lookup->ttl_ms, .lost = lookup->lost};
  for (int i = 0; i < 2; i++)
    if (lookup->questions[i]) lookup->questions[i]->lookup = NULL;
  if (lookup->count) {
    addresses_sort(lookup->found, lookup->count, dns->prefer_v6 ? AF_INET6 : AF_INET);
  } else {
    /* That there is no such name is said for both families; that there is no address, for one only. */
    answer.error = lookup->no_descriptor ? SEINE_EIO : SEINE_EDNS;
    answer.permanent = !lookup->no_descriptor && (lookup->no_name || !lookup->transient);
    answer.message = lookup->message;
  }
  LIST_REMOVE(lookup, link);
  if (lookup->deadline_ms) TAILQ_REMOVE(&dns->grace, lookup, grace);
  lookup->callback(lookup->user, &answer);
  free(lookup);
}

static void lookup_fail(struct lookup *lookup, int status) {
  /* c-ares takes a socket that cannot be made for a server that is not there. */
  if (status == ARES_ECONNREFUSED && fd_shortage()) lookup->no_descriptor = true;
  bool no_name = status == ARES_ENOTFOUND;
  bool permanent = no_name || status == ARES_ENODATA || status == ARES_EBADNAME;
  const char *message = ares_strerror(status);
  if (no_name) message = "no such name";
  if (status == ARES_ENODATA) message = "the name has no address";
  if (status == ARES_EBADNAME) message = "the name is malformed";
  if (status == ARES_ETIMEOUT) message = "the name servers did not answer in time";
  if (status == ARES_ESERVFAIL) message = "the name servers failed to look it up";
  if (status == ARES_EREFUSED) message = "the name servers refused to look it up";
  if (status == ARES_ECONNREFUSED) message = "no name server gave a usable answer";
  /* What decides is what gets told: no such name, then a failure, then the lack of an address. */
  if (!lookup->message || no_name || (!permanent && !lookup->no_name)) lookup->message = message;
  lookup->no_name |= no_name;
  lookup->transient |= !permanent;
}

static void lookup_gather(struct lookup *lookup, const struct ares_addrinfo *result) {
  for (const struct ares_addrinfo_cname *alias = result->cnames; alias; alias = alias->next)
    if ((uint64_t)alias->ttl * 1000 < lookup->ttl_ms) lookup->ttl_ms = (uint64_t)alias->ttl * 1000;
  for (const struct ares_addrinfo_node *node = result->nodes; node; node = node->ai_next) {
    if (lookup->count == ADDRESSES_MAX || node->ai_addrlen > sizeof(union address)) continue;
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
    union address *address = &lookup->found[lookup->count++];
    memset(address, 0, sizeof(*address));
    memcpy(address, node->ai_addr, node->ai_addrlen);
    if ((uint64_t)node->ai_ttl * 1000 < lookup->ttl_ms) lookup->ttl_ms = (uint64_t)node->ai_ttl * 1000;
  }
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *result) {
  struct question *question = arg;
  struct dns *dns = question->dns;
  struct lookup *lookup = question->lookup;
  dns->questions--;
  if (lookup && !dns->closing) {
    lookup->questions[question->second] = NULL;
    if (status == ARES_SUCCESS) {
      lookup_gather(lookup, result);
    } else {
      lookup_fail(lookup, status);
    }
    lookup->lost |= timeouts > 0 && status != ARES_ETIMEOUT;
    if (lookup->count && !lookup->deadline_ms) {
      lookup->deadline_ms = uv_now(dns->loop) + GRACE_MS;
      TAILQ_INSERT_TAIL(&dns->grace, lookup, grace);
    }
    if (!lookup->questions[0] && !lookup->questions[1]) lookup_conclude(lookup);
  }
  free(question);
  if (result) ares_freeaddrinfo(result);
}

/* ---- The loop ---- */

static void on_timer(uv_timer_t *timer);

/* Called last wherever something may have changed. */
static void rearm(struct dns *dns) {
  if (dns->closing) return;
  if (!dns->questions)
    uv_timer_stop(&dns->timer);
  else if (!uv_is_active((uv_handle_t *)&dns->timer))
    uv_timer_start(&dns->timer, on_timer, TICK_MS, TICK_MS);
}

static void on_timer(uv_timer_t *timer) {
  struct dns *dns = timer->data;
  struct lookup *first;
  ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  while ((first = TAILQ_FIRST(&dns->grace)) && first->deadline_ms <= uv_now(dns->loop))
    lookup_conclude(first);
  rearm(dns);
}

static void handle_closed(struct dns *dns) {
  if (--dns->handles > 0 || !dns->closing) return;
  void (*done)(void *user) = dns->done;
  void *user = dns->done_user;
  free(dns);
  if (done) done(user);
}

static void timer_closed(uv_handle_t *handle) {
  handle_closed(handle->data);
}

static void socket_closed(uv_handle_t *handle) {
  struct dns_socket *gone = handle->data;
  struct dns *dns = gone->dns;
  free(gone);
  handle_closed(dns);
}

static void on_socket(uv_poll_t *poll, int status, int events) {
  struct dns_socket *ready = poll->data;
  struct dns *dns = ready->dns;
  ares_socket_t fd = ready->fd;
  if (status < 0) events = UV_READABLE | UV_WRITABLE;
  /* The socket may be gone after this. */
  ares_process_fd(dns->channel, events & UV_READABLE ? fd : ARES_SOCKET_BAD,
                  events & UV_WRITABLE ? fd : ARES_SOCKET_BAD);
  rearm(dns);
}

/* Without a handle the question times out, as if its answer had been lost. */
static struct dns_socket *socket_add(struct dns *dns, ares_socket_t fd) {
  struct dns_socket *made = calloc(1, sizeof(*made));
  if (!made) return NULL;
  if (uv_poll_init_socket(dns->loop, &made->poll, fd) != 0) {
    free(made);
    return NULL;
  }
  made->poll.data = made;
  made->dns = dns;
  made->fd = fd;
  LIST_INSERT_HEAD(&dns->sockets, made, link);
  dns->handles++;
  return made;
}

/* c-ares wants to know of a socket, or (neither) is about to close it. */
static void socket_changed(void *data, ares_socket_t fd, int readable, int writable) {
  struct dns *dns = data;
  struct dns_socket *found = LIST_FIRST(&dns->sockets);
  while (found && found->fd != fd)
    found = LIST_NEXT(found, link);
  if (readable || writable) {
    if (!found) found = socket_add(dns, fd);
    if (found) uv_poll_start(&found->poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0), on_socket);
  } else if (found) {
    LIST_REMOVE(found, link);
    uv_close((uv_handle_t *)&found->poll, socket_closed);
  }
}

/* ---- Questions ---- */

static struct question *question_make(struct lookup *lookup, bool second) {
  struct question *made = malloc(sizeof(*made));
  if (made) *made = (struct question){lookup->dns, lookup, second};
  return made;
}

static void question_send(struct question *question, const char *name, int family) {
  struct ares_addrinfo_hints hints = {.ai_family = family, .ai_flags = ARES_AI_NOSORT};
  question->dns->questions++;
  ares_getaddrinfo(question->dns->channel, name, NULL, &hints, on_answer, question);
}

int dns_lookup(struct dns *dns, const char *name, dns_cb callback, void *user) {
  bool both = dns->family == AF_UNSPEC;
  struct lookup *made = calloc(1, sizeof(*made));
  if (!made) return SEINE_ENOMEM;
  made->dns = dns;
  made->callback = callback;
  made->user = user;
  made->ttl_ms = UINT64_MAX;
  made->questions[0] = question_make(made, false);
  if (both) made->questions[1] = question_make(made, true);
  if (!made->questions[0] || (both && !made->questions[1])) {
    free(made->questions[0]);
    free(made->questions[1]);
    free(made);
    return SEINE_ENOMEM;
  }
  LIST_INSERT_HEAD(&dns->lookups, made, link);
  /* A name with a dot is a whole one, as in browsers: search domains would multiply the questions for each dead
   * name. */
  char whole[HOST_NAME_SIZE + 1];
  snprintf(whole, sizeof(whole), strchr(name, '.') ? "%s." : "%s", name);
  /* If the first is answered at once, the name still waits for the second. */
  struct question *second = made->questions[1];
  question_send(made->questions[0], whole, both ? AF_INET : dns->family);
  if (second) question_send(second, whole, AF_INET6);
  rearm(dns);
  return 0;
}

unsigned dns_outstanding(const struct dns *dns) {
  return dns->questions;
}

/* ---- Life ---- */

int dns_family(void) {
  /* Connecting a datagram socket only chooses a route. The address is that of a root name server. */
  struct sockaddr_in6 far = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
  int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return AF_INET;
  inet_pton(AF_INET6, "2001:500:2::c", &far.sin6_addr);
  bool routed = connect(fd, (struct sockaddr *)&far, sizeof(far)) == 0;
  close(fd);
  return routed ? AF_UNSPEC : AF_INET;
}

static int channel_open(struct dns *dns, const struct dns_options *from) {
  char lookups[] = "b"; /* name servers only: c-ares would read the hosts file anew for every name */
  struct ares_options options = {.flags = ARES_FLAG_NOALIASES,
                                 .timeout = (int)from->timeout_ms,
                                 .tries = (int)from->tries,
                                 .lookups = lookups,
                                 .socket_receive_buffer_size = SOCKET_BYTES,
                                 .sock_state_cb = socket_changed,
                                 .sock_state_cb_data = dns};
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
             ARES_OPT_SOCK_RCVBUF;
#ifdef ARES_OPT_QUERY_CACHE
  mask |= ARES_OPT_QUERY_CACHE; /* qcache_max_ttl is 0, no cache: the resolver keeps answers by its own options */
#endif
  int status = ares_init_options(&dns->channel, &options, mask);
  if (status != ARES_SUCCESS) return status == ARES_ENOMEM ? SEINE_ENOMEM : SEINE_ELIBRARY;
  if (!from->servers) return 0;
  status = ares_set_servers_ports_csv(dns->channel, from->servers);
  if (status == ARES_SUCCESS) return 0;
  ares_destroy(dns->channel);
  return status == ARES_ENOMEM ? SEINE_ENOMEM : SEINE_EINVAL;
}

int dns_open(struct dns **dns, uv_loop_t *loop, const struct dns_options *options) {
  *dns = NULL;
  struct dns *made = calloc(1, sizeof(*made));
  if (!made) return SEINE_ENOMEM;
  made->loop = loop;
  made->family = options->family;
  made->prefer_v6 = options->family != AF_INET && dns_family() == AF_UNSPEC;
  LIST_INIT(&made->sockets);
  LIST_INIT(&made->lookups);
  TAILQ_INIT(&made->grace);
  int error = channel_open(made, options);
  if (error) {
    free(made);
    return error;
  }
  uv_timer_init(loop, &made->timer);
  made->timer.data = made;
  made->handles = 1;
  *dns = made;
  return 0;
}

void dns_close(struct dns *dns, void (*done)(void *user), void *user) {
  struct lookup *lookup;
  dns->closing = true;
  dns->done = done;
  dns->done_user = user;
  /* Closes the sockets, and gives every question back. */
  ares_destroy(dns->channel);
  while ((lookup = LIST_FIRST(&dns->lookups))) {
    LIST_REMOVE(lookup, link);
    free(lookup);
  }
  uv_close((uv_handle_t *)&dns->timer, timer_closed);
}
