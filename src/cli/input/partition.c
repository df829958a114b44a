/* The part of the list that a URL belongs to, by its host. */
#include "input/partition.h"

#include <seine_tools.h>
#include <stdlib.h>
#include <string.h>

int partition_set(struct partition *partition, const char *text) {
  unsigned long numbers[2];
  *partition = (struct partition){0};
  if (text == NULL) return 0;
  for (int i = 0; i < 2; i++) {
    char *end;
    if (*text < '0' || *text > '9') return -1;
    numbers[i] = strtoul(text, &end, 10);
    if (*end != (i == 0 ? '/' : '\0')) return -1;
    text = end + 1;
  }
  if (numbers[0] < 1 || numbers[0] > numbers[1] || numbers[1] > PARTITIONS_MOST) return -1;
  partition->part = (uint32_t)numbers[0] - 1;
  partition->parts = (uint32_t)numbers[1];
  return 0;
}

uint32_t partition_of_host(const char *host, size_t length, uint32_t parts) {
  uint8_t digest[32];
  uint64_t number = 0;
  seine_sha256(host, length, digest);
  for (int i = 0; i < 8; i++)
    number = number << 8 | digest[i];
  return (uint32_t)(number % parts);
}

static uint32_t part_of(struct partition *partition, const char *host, size_t length) {
  if (length >= sizeof partition->last) return partition_of_host(host, length, partition->parts);
  if (memcmp(partition->last, host, length) == 0 && partition->last[length] == '\0') return partition->last_part;
  memcpy(partition->last, host, length);
  partition->last[length] = '\0';
  partition->last_part = partition_of_host(host, length, partition->parts);
  return partition->last_part;
}

uint32_t partition_of(struct partition *partition, const char *url) {
  if (seine_url_canonical_length(url) > 0) {
    const char *host = strstr(url, "://") + 3;
    return part_of(partition, host, strcspn(host, ":/"));
  }
  seine_url_t parsed;
  uint32_t part = 0;
  if (seine_url_parse(&parsed, url, NULL, 0) == 0) part = part_of(partition, parsed.host, strlen(parsed.host));
  seine_url_clear(&parsed);
  return part;
}

bool partition_takes(struct partition *partition, const char *url) {
  return partition->parts <= 1 || partition_of(partition, url) == partition->part;
}
