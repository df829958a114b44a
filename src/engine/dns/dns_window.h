/* Adapts the number of concurrent DNS queries: more while that brings more answers, fewer when queries are lost. Pure.
 */
#ifndef SEINE_ENGINE_DNS_WINDOW_H
#define SEINE_ENGINE_DNS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct dns_window {
  unsigned least, most;
  unsigned window; /* at once, now */
  unsigned before; /* window to return to if the current trial fails; 0: no trial */
  double rate_before; /* answers a millisecond, with that */
  unsigned settling; /* answers still to come from the window before */
  unsigned answers; /* in this measurement */
  uint64_t since_ms; /* its beginning */
  uint64_t wait_until_ms; /* no larger one is tried before */
  uint64_t cut_ms; /* when the last loss made the window smaller; 0: never */
  bool careful; /* smaller steps, once a large one was too large */
  bool underused; /* there was less to ask than the window would hold, in this measurement */
};

void dns_window_init(struct dns_window *window, unsigned most);

/* An answer came; `lost`: the question had to be sent again. */
void dns_window_answered(struct dns_window *window, uint64_t now_ms, bool lost);

/* Nothing more is to be asked, and the window is not full. */
void dns_window_underused(struct dns_window *window);

#endif
