/* Finds out how many questions name servers take at once: a larger number is tried, and kept if it brings more answers
 * a second. A fast server is at its limit with a few dozen, and drops what is more; one that asks others far away gives
 * more answers the more it is asked. */
#include "dns/dns_window.h"

#define START        64
#define LEAST        16
#define SPAN_MS      40 /* a measurement takes at least this long */
#define ENOUGH       8.0 /* answers a millisecond, more than anybody fetches: no larger number is tried */
#define RETRY_MS     1000 /* before a size that was too large is tried again */
#define CUT_PAUSE_MS 1000 /* losses within this time are one */

void dns_window_init(struct dns_window *window, unsigned most) {
  *window =
      (struct dns_window){.most = most, .least = most < LEAST ? most : LEAST, .window = most < START ? most : START};
}

static void measure_anew(struct dns_window *window, uint64_t now_ms, unsigned settling) {
  window->settling = settling;
  window->answers = 0;
  window->since_ms = now_ms;
  window->underused = false;
}

static void try_larger(struct dns_window *window, uint64_t now_ms, double rate) {
  unsigned larger = window->window + window->window / (window->careful ? 4 : 2) + 1;
  window->before = window->window;
  window->rate_before = rate;
  window->window = larger < window->most ? larger : window->most;
  measure_anew(window, now_ms, window->before);
}

/* The gain that is asked for is a quarter of the growth. */
static bool paid_off(const struct dns_window *window, double rate) {
  double growth = (double)window->window / window->before - 1;
  return rate >= window->rate_before * (1 + growth / 4);
}

static void judge(struct dns_window *window, uint64_t now_ms, double rate) {
  if (window->before && !paid_off(window, rate)) {
    window->window = window->before;
    window->before = 0;
    window->careful = true;
    window->wait_until_ms = now_ms + RETRY_MS;
    measure_anew(window, now_ms, 0);
    return;
  }
  window->before = 0;
  if (window->window < window->most && rate < ENOUGH && now_ms >= window->wait_until_ms)
    try_larger(window, now_ms, rate);
  else
    measure_anew(window, now_ms, 0);
}

static void cut(struct dns_window *window, uint64_t now_ms) {
  if (window->cut_ms && now_ms - window->cut_ms < CUT_PAUSE_MS) return;
  window->cut_ms = now_ms;
  window->window = window->before ? window->before : window->window / 2;
  if (window->window < window->least) window->window = window->least;
  window->before = 0;
  window->careful = true;
  window->wait_until_ms = now_ms + RETRY_MS;
  measure_anew(window, now_ms, 0);
}

void dns_window_answered(struct dns_window *window, uint64_t now_ms, bool lost) {
  if (lost) {
    cut(window, now_ms);
    return;
  }
  if (window->settling) {
    if (--window->settling == 0) measure_anew(window, now_ms, 0);
    return;
  }
  if (!window->since_ms) window->since_ms = now_ms;
  window->answers++;
  uint64_t span_ms = now_ms - window->since_ms;
  if (window->answers < window->window || span_ms < SPAN_MS) return;
  /* What was measured while there was little to ask says nothing. */
  if (window->underused)
    measure_anew(window, now_ms, 0);
  else
    judge(window, now_ms, window->answers / (double)span_ms);
}

void dns_window_underused(struct dns_window *window) {
  window->underused = true;
}
