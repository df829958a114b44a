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

void pace_init(struct pace *pace, unsigned most) {
  *pace = (struct pace){.most = most, .least = most < LEAST ? most : LEAST, .window = most < START ? most : START};
}

static void measure_anew(struct pace *pace, uint64_t now_ms, unsigned settling) {
  pace->settling = settling;
  pace->answers = 0;
  pace->since_ms = now_ms;
  pace->starved = false;
}

static void try_larger(struct pace *pace, uint64_t now_ms, double rate) {
  unsigned larger = pace->window + pace->window / (pace->careful ? 4 : 2) + 1;
  pace->before = pace->window;
  pace->rate_before = rate;
  pace->window = larger < pace->most ? larger : pace->most;
  measure_anew(pace, now_ms, pace->before);
}

/* The gain that is asked for is a quarter of the growth. */
static bool paid_off(const struct pace *pace, double rate) {
  double growth = (double)pace->window / pace->before - 1;
  return rate >= pace->rate_before * (1 + growth / 4);
}

static void judge(struct pace *pace, uint64_t now_ms, double rate) {
  if (pace->before && !paid_off(pace, rate)) {
    pace->window = pace->before;
    pace->before = 0;
    pace->careful = true;
    pace->wait_until_ms = now_ms + RETRY_MS;
    measure_anew(pace, now_ms, 0);
    return;
  }
  pace->before = 0;
  if (pace->window < pace->most && rate < ENOUGH && now_ms >= pace->wait_until_ms)
    try_larger(pace, now_ms, rate);
  else
    measure_anew(pace, now_ms, 0);
}

static void cut(struct pace *pace, uint64_t now_ms) {
  if (pace->cut_ms && now_ms - pace->cut_ms < CUT_PAUSE_MS) return;
  pace->cut_ms = now_ms;
  pace->window = pace->before ? pace->before : pace->window / 2;
  if (pace->window < pace->least) pace->window = pace->least;
  pace->before = 0;
  pace->careful = true;
  pace->wait_until_ms = now_ms + RETRY_MS;
  measure_anew(pace, now_ms, 0);
}

void pace_answered(struct pace *pace, uint64_t now_ms, bool lost) {
  if (lost) {
    cut(pace, now_ms);
    return;
  }
  if (pace->settling) {
    if (--pace->settling == 0) measure_anew(pace, now_ms, 0);
    return;
  }
  if (!pace->since_ms) pace->since_ms = now_ms;
  pace->answers++;
  uint64_t span_ms = now_ms - pace->since_ms;
  if (pace->answers < pace->window || span_ms < SPAN_MS) return;
  /* What was measured while there was little to ask says nothing. */
  if (pace->starved)
    measure_anew(pace, now_ms, 0);
  else
    judge(pace, now_ms, pace->answers / (double)span_ms);
}

void pace_starved(struct pace *pace) {
  pace->starved = true;
}
