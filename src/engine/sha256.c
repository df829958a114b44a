/* SHA-256 by x86's own instructions, two messages side by side. Each instruction waits for the one before it, so that one
 * message alone, as in libcrypto, leaves the unit idle for half of the time: measured with 16 KB, 4.9 us a message instead
 * of 9.4, which was a sixth of all that a URL costs. */
#include "sha256.h"

#include <string.h>

#if defined __x86_64__ && defined __GNUC__

#include <cpuid.h>
#include <immintrin.h>

#define BLOCK 64
#define SHA   __attribute__((target("sha,sse4.1")))

/* FIPS 180-4, 4.2.2. */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* A message on its way: its whole blocks, then its end with the padding. */
struct lane {
  __m128i abef, cdgh; /* the state, in the order of the instructions */
  const uint8_t *at;
  size_t blocks; /* from there on */
  size_t tail_blocks; /* 0 once `at` is in the tail */
  uint8_t tail[2 * BLOCK];
  const struct sha256_message *message; /* NULL: none */
};

bool sha256_is_fast(void) {
  unsigned eax, ebx, ecx, edx;
  bool has_words = __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_SSSE3) && (ecx & bit_SSE4_1);
  return has_words && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_SHA);
}

SHA static inline __m128i load(const uint8_t *at) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), order);
}

/* The words of the schedule four rounds further on than w[i & 3]. */
SHA static inline __m128i schedule(const __m128i w[4], int i) {
  __m128i sum = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
  sum = _mm_add_epi32(sum, _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
  return _mm_sha256msg2_epu32(sum, w[(i + 3) & 3]);
}

/* `count` blocks of both lanes. */
SHA static void compress(struct lane *one, struct lane *two, size_t count) {
  __m128i a = one->abef, c = one->cdgh, b = two->abef, d = two->cdgh;
  for (size_t left = count; left; left--, one->at += BLOCK, two->at += BLOCK) {
    __m128i a0 = a, b0 = b, c0 = c, d0 = d, v[4], w[4];
    for (int i = 0; i < 4; i++) {
      v[i] = load(one->at + 16 * i);
      w[i] = load(two->at + 16 * i);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      __m128i k = _mm_load_si128((const __m128i *)(const void *)(constants + 4 * i));
      __m128i x = _mm_add_epi32(v[i & 3], k), y = _mm_add_epi32(w[i & 3], k);
      c = _mm_sha256rnds2_epu32(c, a, x);
      d = _mm_sha256rnds2_epu32(d, b, y);
      if (i < 12) {
        v[i & 3] = schedule(v, i);
        w[i & 3] = schedule(w, i);
      }
      a = _mm_sha256rnds2_epu32(a, c, _mm_shuffle_epi32(x, 0x0e));
      b = _mm_sha256rnds2_epu32(b, d, _mm_shuffle_epi32(y, 0x0e));
    }
    a = _mm_add_epi32(a, a0);
    b = _mm_add_epi32(b, b0);
    c = _mm_add_epi32(c, c0);
    d = _mm_add_epi32(d, d0);
  }
  one->abef = a;
  one->cdgh = c;
  two->abef = b;
  two->cdgh = d;
  one->blocks -= count;
  two->blocks -= count;
}

static void put_length(uint8_t *out, uint64_t bits) {
  for (int i = 7; i >= 0; i--, bits >>= 8)
    out[i] = (uint8_t)bits;
}

SHA static void lane_begin(struct lane *lane, const struct sha256_message *message) {
  size_t whole = message->size / BLOCK, rest = message->size % BLOCK;
  lane->message = message;
  lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
  lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  lane->tail_blocks = rest < BLOCK - 8 ? 1 : 2;
  memset(lane->tail, 0, sizeof lane->tail);
  if (rest) memcpy(lane->tail, (const uint8_t *)message->data + whole * BLOCK, rest);
  lane->tail[rest] = 0x80;
  put_length(lane->tail + lane->tail_blocks * BLOCK - 8, (uint64_t)message->size * 8);
  lane->at = message->data;
  lane->blocks = whole;
}

static void put_word(uint8_t *out, int word) {
  uint32_t swapped = __builtin_bswap32((uint32_t)word);
  memcpy(out, &swapped, sizeof swapped);
}

SHA static void lane_end(struct lane *lane) {
  uint8_t *out = lane->message->digest;
  put_word(out, _mm_extract_epi32(lane->abef, 3));
  put_word(out + 4, _mm_extract_epi32(lane->abef, 2));
  put_word(out + 8, _mm_extract_epi32(lane->cdgh, 3));
  put_word(out + 12, _mm_extract_epi32(lane->cdgh, 2));
  put_word(out + 16, _mm_extract_epi32(lane->abef, 1));
  put_word(out + 20, _mm_extract_epi32(lane->abef, 0));
  put_word(out + 24, _mm_extract_epi32(lane->cdgh, 1));
  put_word(out + 28, _mm_extract_epi32(lane->cdgh, 0));
  lane->message = NULL;
}

struct queue {
  const struct sha256_message *next, *end;
};

/* How many blocks the lane has at hand, of its message or of the next one; 0 when there is none left. */
static size_t lane_fill(struct lane *lane, struct queue *queue) {
  while (!lane->blocks) {
    if (lane->tail_blocks) {
      lane->at = lane->tail;
      lane->blocks = lane->tail_blocks;
      lane->tail_blocks = 0;
      continue;
    }
    if (lane->message) lane_end(lane);
    if (queue->next == queue->end) return 0;
    lane_begin(lane, queue->next++);
  }
  return lane->blocks;
}

void sha256_many(const struct sha256_message *messages, size_t count) {
  struct queue queue = {messages, messages + count};
  struct lane one = {.blocks = 0}, two = {.blocks = 0};
  for (;;) {
    size_t first = lane_fill(&one, &queue), second = lane_fill(&two, &queue);
    if (!first && !second) return;
    if (first && second) {
      compress(&one, &two, first < second ? first : second);
    } else { /* beside the last one runs its double: that costs nothing */
      struct lane *last = first ? &one : &two, twin = *last;
      compress(last, &twin, last->blocks);
    }
  }
}

#else

bool sha256_is_fast(void) {
  return false;
}

void sha256_many(const struct sha256_message *messages, size_t count) {
  (void)messages;
  (void)count;
}

#endif
