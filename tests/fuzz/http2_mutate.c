/* Mutates inputs of fuzz_http2 by lines and words. contrib/fuzz alone links it. */
#include <stdio.h>

#include "edit.h"

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof *(list))

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static const char *const lines[] = {"options r\n",
                                    "options w\n",
                                    "options i\n",
                                    "urls 6\n",
                                    "mute\n",
                                    "close\n",
                                    "settings - 1=0\n",
                                    "settings - 3=0\n",
                                    "settings - 3=1\n",
                                    "settings - 4=0\n",
                                    "settings - 4=2147483648\n",
                                    "settings - 2=1 5=16777215 6=10\n",
                                    "settings a\n",
                                    "settings a 1=2\n",
                                    "ping -\n",
                                    "ping a\n",
                                    "frame 6 0 0 00\n",
                                    "frame 4 0 0 0001\n",
                                    "frame 8 0 0 00000000\n",
                                    "frame 12 0 0 0000\n",
                                    "frame 3 0 1 00\n",
                                    "frame 1 5 1 88\n",
                                    "frame 7 0 0 7fffffff00000000\n",
                                    "bytes 000000040000000000\n",
                                    "bytes ffffff0000000000010000\n"};

/* With a slot for %u; "%c" is for the flags. */
static const char *const forms[] = {"wait %u\n",
                                    "headers %u h%c :status=200|content-type=image/gif\n",
                                    "headers %u h%c :status=200\n",
                                    "headers %u - :status=200|content-length=47\n",
                                    "headers %u h :status=302|location=/2\n",
                                    "headers %u he :status=302|location=/3?a b\n",
                                    "headers %u he :status=429|retry-after=0\n",
                                    "headers %u h :status=103|link=x\n",
                                    "headers %u h :status=101\n",
                                    "headers %u he :status=204\n",
                                    "headers %u h :status=206|content-range=bytes 0-46/47\n",
                                    "headers %u he x-trailer=1\n",
                                    "headers %u h%c :status=200|content-encoding=gzip|etag=\"a\"\n",
                                    "headers %u hpy%c :status=200|x-robots-tag=noai\n",
                                    "continuation %u h%c x-more=1\n",
                                    "continuation %u - x-more=1\n",
                                    "hpack %u h%c 88\n",
                                    "hpack %u h 3fe11f88\n",
                                    "gif %u e\n",
                                    "gif %u %c\n",
                                    "data %u p%c 10\n",
                                    "data %u %c 16384\n",
                                    "data %u %c 65535\n",
                                    "data %u e 0\n",
                                    "text %u e User-agent: *\n",
                                    "rst %u 0\n",
                                    "rst %u 7\n",
                                    "rst %u 8\n",
                                    "rst %u 13\n",
                                    "goaway %u 0\n",
                                    "goaway %u 11\n",
                                    "window %u 2147483647\n",
                                    "window %u 0\n",
                                    "push %u 2 :method=GET|:path=/9|:scheme=https|:authority=127.0.0.1\n",
                                    "headers =%u h :status=200\n",
                                    "data =%u e 9\n"};

static struct range_of all_of(const struct edit *edit) {
  return (struct range_of){0, edit->size};
}

static void insert_form(struct edit *edit, size_t at) {
  char line[128];
  const char *form = forms[edit_draw(edit, COUNT(forms))];
  uint32_t slot = edit_draw(edit, 20) ? 1 + edit_draw(edit, 6) : edit_draw(edit, 300);
  snprintf(line, sizeof line, form, slot, edit_draw(edit, 2) ? 'e' : 'q');
  edit_insert(edit, at, line);
}

/* Another number in place of one in a line. */
static void set_number(struct edit *edit, struct range_of line) {
  static const char *const numbers[] = {"0",  "1",  "2",   "3",     "4",     "5",     "7",          "8",
                                        "16", "47", "100", "16384", "16385", "65535", "2147483647", "4294967295"};
  size_t at = line.begin + edit_draw(edit, (uint32_t)(line.end - line.begin));
  while (at < line.end && (edit->data[at] < '0' || edit->data[at] > '9'))
    at++;
  size_t end = at;
  while (end < line.end && edit->data[end] >= '0' && edit->data[end] <= '9')
    end++;
  const char *number = numbers[edit_draw(edit, COUNT(numbers))];
  if (end > at) edit_replace(edit, (struct range_of){at, end}, number, strlen(number));
}

static void mutate(struct edit *edit) {
  struct range_of line = edit_line(edit, all_of(edit)), other = edit_line(edit, all_of(edit));
  switch (edit_draw(edit, 10)) {
  case 0: edit_replace(edit, line, "", 0); break;
  case 1:
    edit_replace(edit, (struct range_of){line.end, line.end}, edit->data + other.begin, other.end - other.begin);
    break;
  case 2: edit_insert(edit, line.begin, lines[edit_draw(edit, COUNT(lines))]); break;
  case 3:
  case 4: set_number(edit, line); break;
  case 5: edit_mutate(edit, line); break;
  default: insert_form(edit, edit_draw(edit, 2) ? line.begin : line.end); break;
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  struct edit edit = {data, size, max_size, seed};
  if (edit_draw(&edit, 50) == 0) return LLVMFuzzerMutate(data, size, max_size);
  for (uint32_t left = 1 + edit_draw(&edit, 4); left > 0; left--) {
    if (edit.size == 0) insert_form(&edit, 0);
    if (edit.size > 0) mutate(&edit);
  }
  return edit.size;
}
