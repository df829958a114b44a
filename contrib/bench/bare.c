/* bare: the least that a libuv and libcurl program can do, to measure others against: GETs a list of URLs, keeps each
 * body in memory until it is whole, counts it and drops it. Shares no code with seine. */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

struct settings {
  size_t parallel; /* transfers in flight */
  size_t count; /* transfers in all; the list is begun again when it is shorter; 0: the list once */
  long buffer_bytes; /* libcurl's receive buffer */
  bool no_dns_cache;
  bool forbid_reuse;
  /* PEM bundle, parsed once for all, where a CA path is parsed by each connection; NULL: the default */
  const char *cacert;
};

struct list {
  char *text;
  char **urls;
  size_t count;
};

struct bare;

/* A place for one transfer. The handle and the memory stay for all the transfers that come here. */
struct slot {
  struct bare *bare;
  CURL *easy;
  char *body;
  size_t size, capacity;
};

/* What is watched of one descriptor. It stays from the opening of the socket to its closing, so that a connection that
 * is used again needs neither a new poll handle nor a call of epoll_ctl. */
struct watch {
  uv_poll_t poll;
  struct bare *bare;
  curl_socket_t fd;
  int polled; /* what libuv watches for */
  int wanted; /* what libcurl asked for; 0 while the connection is idle */
};

struct bare {
  struct settings settings;
  struct list list;
  uv_loop_t *loop;
  CURLM *multi;
  uv_timer_t timer;
  uv_check_t check;
  struct slot *slots;
  struct watch **watches; /* by descriptor */
  size_t watch_count;
  bool due; /* libcurl asked to be called at once */
  size_t started, ended, failed;
  uint64_t received_bytes;
};

static void die(const char *what) {
  fprintf(stderr, "bare: %s\n", what);
  exit(2);
}

static void *need(void *memory) {
  if (!memory) die("out of memory");
  return memory;
}

/* ---- Descriptors ---- */

static struct watch *watch_of(struct bare *bare, curl_socket_t fd) {
  if ((size_t)fd >= bare->watch_count) {
    size_t count = (size_t)fd * 2 + 64;
    bare->watches = need(realloc(bare->watches, count * sizeof *bare->watches));
    memset(bare->watches + bare->watch_count, 0, (count - bare->watch_count) * sizeof *bare->watches);
    bare->watch_count = count;
  }
  struct watch *watch = bare->watches[fd];
  if (watch) return watch;
  watch = need(calloc(1, sizeof *watch));
  watch->bare = bare;
  watch->fd = fd;
  if (uv_poll_init_socket(bare->loop, &watch->poll, fd)) die("a socket cannot be watched");
  bare->watches[fd] = watch;
  return watch;
}

static void watch_closed(uv_handle_t *handle) {
  free(handle);
}

static void drop_watch(struct bare *bare, curl_socket_t fd) {
  if ((size_t)fd >= bare->watch_count || !bare->watches[fd]) return;
  uv_close((uv_handle_t *)&bare->watches[fd]->poll, watch_closed);
  bare->watches[fd] = NULL;
}

static int on_close_socket(void *user, curl_socket_t fd) {
  drop_watch(user, fd); /* before close(), as the number may come again at once */
  return close(fd);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  struct watch *watch = (struct watch *)poll;
  if (!watch->wanted) { /* an idle connection ended; libcurl finds out when it wants to use it */
    uv_poll_stop(poll);
    watch->polled = 0;
    return;
  }
  int mask = status < 0 ? CURL_CSELECT_ERR : 0;
  if (events & UV_READABLE) mask |= CURL_CSELECT_IN;
  if (events & UV_WRITABLE) mask |= CURL_CSELECT_OUT;
  int running;
  curl_multi_socket_action(watch->bare->multi, watch->fd, mask, &running);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user) {
  (void)easy;
  (void)socket_user;
  struct watch *watch = watch_of(user, fd);
  watch->wanted = what == CURL_POLL_REMOVE ? 0 : what;
  if (!watch->wanted) return 0; /* goes on being watched: most likely the next transfer wants the same */
  int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
  if (events == watch->polled) return 0;
  if (uv_poll_start(&watch->poll, events, on_poll)) die("a socket cannot be watched");
  watch->polled = events;
  return 0;
}

/* ---- Time ---- */

static void on_timer(uv_timer_t *timer) {
  struct bare *bare = timer->data;
  bare->due = true;
}

static int on_timeout(CURLM *multi, long timeout_ms, void *user) {
  (void)multi;
  struct bare *bare = user;
  bare->due = timeout_ms == 0;
  if (timeout_ms > 0) return uv_timer_start(&bare->timer, on_timer, (uint64_t)timeout_ms, 0);
  return uv_timer_stop(&bare->timer);
}

/* ---- Transfers ---- */

static size_t on_body(char *data, size_t size, size_t count, void *user) {
  struct slot *slot = user;
  size_t more = size * count;
  if (slot->size + more > slot->capacity) {
    size_t capacity = (slot->size + more) * 2;
    char *body = realloc(slot->body, capacity);
    if (!body) return 0;
    slot->body = body;
    slot->capacity = capacity;
  }
  memcpy(slot->body + slot->size, data, more);
  slot->size += more;
  return more;
}

static void slot_open(struct slot *slot, struct bare *bare) {
  slot->bare = bare;
  slot->easy = need(curl_easy_init());
  slot->capacity = 64 * 1024;
  slot->body = need(malloc(slot->capacity));
  curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
  curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
  curl_easy_setopt(slot->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  curl_easy_setopt(slot->easy, CURLOPT_CLOSESOCKETDATA, bare);
  curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE, bare->settings.buffer_bytes);
  if (bare->settings.no_dns_cache) curl_easy_setopt(slot->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  if (bare->settings.cacert) {
    curl_easy_setopt(slot->easy, CURLOPT_CAINFO, bare->settings.cacert);
    curl_easy_setopt(slot->easy, CURLOPT_CAPATH, NULL);
  }
  if (bare->settings.forbid_reuse) curl_easy_setopt(slot->easy, CURLOPT_FORBID_REUSE, 1L);
}

static bool slot_start(struct slot *slot) {
  struct bare *bare = slot->bare;
  if (bare->started == bare->settings.count) return false;
  slot->size = 0;
  curl_easy_setopt(slot->easy, CURLOPT_URL, bare->list.urls[bare->started++ % bare->list.count]);
  if (curl_multi_add_handle(bare->multi, slot->easy)) die("curl_multi_add_handle failed");
  return true;
}

static void slot_end(struct slot *slot, CURLcode code) {
  struct bare *bare = slot->bare;
  long status = 0;
  curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
  bare->ended++;
  if (code || status != 200) bare->failed++;
  bare->received_bytes += slot->size;
  curl_multi_remove_handle(bare->multi, slot->easy);
}

/* After every round of events: takes what has ended, starts as many, and lets libcurl act on what is due, until nothing
 * is. Here and not in the callbacks, so that a round costs one call however many transfers ended in it. */
static void on_check(uv_check_t *check) {
  struct bare *bare = check->data;
  for (;;) {
    struct CURLMsg *message;
    int left, running;
    while ((message = curl_multi_info_read(bare->multi, &left))) {
      if (message->msg != CURLMSG_DONE) continue;
      struct slot *slot;
      CURLcode code = message->data.result;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
      slot_end(slot, code);
      slot_start(slot);
    }
    if (!bare->due) break;
    bare->due = false;
    curl_multi_socket_action(bare->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  if (bare->ended == bare->settings.count) uv_stop(bare->loop);
}

/* ---- The program ---- */

static void list_read(struct list *list, const char *path) {
  FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
  if (!file) die("the list cannot be opened");
  size_t size = 0, capacity = 0, got;
  do {
    capacity = capacity * 2 + 65536;
    list->text = need(realloc(list->text, capacity));
    got = fread(list->text + size, 1, capacity - size - 1, file);
    size += got;
  } while (size == capacity - 1);
  list->text[size] = 0;
  if (file != stdin) fclose(file);
  size_t room = 0;
  for (char *at = list->text, *line; (line = strsep(&at, "\n"));) {
    if (!*line || *line == '#') continue;
    if (list->count == room) list->urls = need(realloc(list->urls, (room = room * 2 + 1024) * sizeof *list->urls));
    list->urls[list->count++] = line;
  }
  if (!list->count) die("the list is empty");
}

static void open_all(struct bare *bare) {
  size_t parallel = bare->settings.parallel;
  bare->loop = uv_default_loop();
  uv_timer_init(bare->loop, &bare->timer);
  uv_check_init(bare->loop, &bare->check);
  bare->timer.data = bare->check.data = bare;
  uv_check_start(&bare->check, on_check);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  bare->multi = need(curl_multi_init());
  curl_multi_setopt(bare->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(bare->multi, CURLMOPT_SOCKETDATA, bare);
  curl_multi_setopt(bare->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
  curl_multi_setopt(bare->multi, CURLMOPT_TIMERDATA, bare);
  curl_multi_setopt(bare->multi, CURLMOPT_MAXCONNECTS, (long)(parallel * 2 + 16));
  bare->slots = need(calloc(parallel, sizeof *bare->slots));
  for (size_t i = 0; i < parallel; i++)
    slot_open(&bare->slots[i], bare);
}

static void close_all(struct bare *bare) {
  for (size_t i = 0; i < bare->settings.parallel; i++) {
    curl_easy_cleanup(bare->slots[i].easy);
    free(bare->slots[i].body);
  }
  curl_multi_cleanup(bare->multi);
  curl_global_cleanup();
  uv_close((uv_handle_t *)&bare->timer, NULL);
  uv_close((uv_handle_t *)&bare->check, NULL);
  uv_run(bare->loop, UV_RUN_DEFAULT);
  if (uv_loop_close(bare->loop)) die("the loop has handles left");
  free(bare->slots);
  free(bare->watches);
  free(bare->list.urls);
  free(bare->list.text);
}

static void report(const struct bare *bare, uint64_t elapsed_ns) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double wall = (double)elapsed_ns / 1e9;
  double user = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
  double system = (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
  printf("%zu transfers, %zu failed, %llu bytes, %.3f s, %.0f/s, user %.2f s, system %.2f s, peak %ld KiB\n",
         bare->ended, bare->failed, (unsigned long long)bare->received_bytes, wall, (double)bare->ended / wall, user,
         system, usage.ru_maxrss);
}

static size_t number(const char *text, size_t most) {
  char *end;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (errno || end == text || *end || *text == '-' || value < 1 || value > most) die("a number is out of range");
  return (size_t)value;
}

static const char *arguments(struct settings *settings, int argc, char **argv) {
  static const struct option names[] = {{"no-dns-cache", no_argument, NULL, 'd'},
                                        {"forbid-reuse", no_argument, NULL, 'r'},
                                        {"cacert", required_argument, NULL, 'c'},
                                        {"buffer", required_argument, NULL, 'b'},
                                        {NULL, 0, NULL, 0}};
  *settings = (struct settings){.parallel = 16, .buffer_bytes = 65536};
  for (int letter; (letter = getopt_long(argc, argv, "j:n:", names, NULL)) != -1;) {
    if (letter == 'j')
      settings->parallel = number(optarg, 100000);
    else if (letter == 'n')
      settings->count = number(optarg, SIZE_MAX / 2);
    else if (letter == 'b')
      settings->buffer_bytes = (long)number(optarg, 512 * 1024);
    else if (letter == 'c')
      settings->cacert = optarg;
    else if (letter == 'd')
      settings->no_dns_cache = true;
    else if (letter == 'r')
      settings->forbid_reuse = true;
    else
      optind = argc; /* getopt said what is wrong */
  }
  if (optind != argc - 1)
    die("usage: bare [-j IN_FLIGHT] [-n COUNT] [--buffer BYTES] [--cacert FILE] [--no-dns-cache] [--forbid-reuse] "
        "LIST");
  return argv[optind];
}

int main(int argc, char **argv) {
  struct bare bare = {0};
  list_read(&bare.list, arguments(&bare.settings, argc, argv));
  if (!bare.settings.count) bare.settings.count = bare.list.count;
  open_all(&bare);
  uint64_t start = uv_hrtime();
  for (size_t i = 0; i < bare.settings.parallel && slot_start(&bare.slots[i]); i++)
    continue;
  /* libcurl asked to be called at once; the first check comes only after an event, and there is none yet. */
  on_check(&bare.check);
  if (bare.ended < bare.settings.count) uv_run(bare.loop, UV_RUN_DEFAULT);
  report(&bare, uv_hrtime() - start);
  bool failed = bare.failed > 0;
  close_all(&bare);
  return failed;
}
