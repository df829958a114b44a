/* The engine's magic.c with its rules of libmagic kept from one engine to the next: loading them takes 5 ms, and a fuzz
 * target opens several engines for each input. */
#define magic_types_open  load_types
#define magic_types_close unload_types
#include "../../src/engine/body/magic.c"
#undef magic_types_open
#undef magic_types_close

int magic_types_open(struct types **types);
void magic_types_close(struct types *types);

#define KEPT_MOST 16

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static struct types *kept[KEPT_MOST];
static size_t kept_count;

int magic_types_open(struct types **types) {
  *types = NULL;
  pthread_mutex_lock(&kept_lock);
  if (kept_count > 0) *types = kept[--kept_count];
  pthread_mutex_unlock(&kept_lock);
  return *types ? 0 : load_types(types);
}

void magic_types_close(struct types *types) {
  if (!types) return;
  pthread_mutex_lock(&kept_lock);
  if (kept_count < KEPT_MOST) {
    kept[kept_count++] = types;
    types = NULL;
  }
  pthread_mutex_unlock(&kept_lock);
  unload_types(types);
}
