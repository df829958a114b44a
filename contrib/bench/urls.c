/* urls: writes a list of URLs on as many hosts as are asked for, addresses of 127.0.0.0/8, mixed: each host comes once
 * before any comes again, in an order that has nothing to do with addresses. */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* 1 to 250 in each of three places: none is the network's own address, and none is missing from a loopback
 * interface. */
enum { STEP = 250, HOSTS_MAX = STEP * STEP * STEP };

static int usage(void) {
  fprintf(stderr, "usage: urls -n COUNT -s HOSTS PORT...\n"
                  "the hosts' ports are the ones given, in turn\n");
  return 2;
}

static uint64_t common_divisor(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* Multiplying by a number that shares no divisor with the count of hosts reaches each of them once. */
static uint64_t factor_for(uint64_t hosts) {
  uint64_t factor = (uint64_t)((double)hosts * 0.6180339887) + 1;
  while (common_divisor(factor, hosts) != 1)
    factor++;
  return factor;
}

int main(int argc, char **argv) {
  uint64_t count = 0, hosts = 0;
  for (int letter; (letter = getopt(argc, argv, "n:s:")) != -1;) {
    if (letter == 'n')
      count = strtoull(optarg, NULL, 10);
    else if (letter == 's')
      hosts = strtoull(optarg, NULL, 10);
    else
      return usage();
  }
  if (!count || !hosts || hosts > HOSTS_MAX || optind == argc) return usage();
  char **ports = argv + optind;
  uint64_t port_count = (uint64_t)(argc - optind), factor = factor_for(hosts);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t host = i % hosts * factor % hosts;
    printf("http://127.%llu.%llu.%llu:%s/%llu.jpg\n", (unsigned long long)(host / (STEP * STEP) + 1),
           (unsigned long long)(host / STEP % STEP + 1), (unsigned long long)(host % STEP + 1),
           ports[host % port_count], (unsigned long long)i);
  }
  return fflush(stdout) || ferror(stdout) ? (perror("urls"), 1) : 0;
}
