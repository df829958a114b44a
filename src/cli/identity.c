/* What a URL is known by: its text without what is secret, or only for the client. */
#include "list.h"
#include "util.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Where user:password@ would stand. One slash or three are read as two, as lenient parsers do, so that no password gets
 * through for being written badly. */
static const char *find_authority(const char *text) {
  size_t length = 0;
  while (isalnum((unsigned char)text[length]) || text[length] == '+' || text[length] == '-' || text[length] == '.')
    length++;
  if (text[length] != ':' || text[length + 1] != '/') return text;
  const char *authority = text + length + 1;
  while (*authority == '/')
    authority++;
  return authority;
}

/* How many of the next bytes stand for themselves, whatever comes before and after them. */
static size_t plain_run(const char *from, size_t room) {
  size_t length = 0;
  while (length < room && from[length] >= ' ' && from[length] < 0x7f && from[length] != '#')
    length++;
  return length;
}

/* What follows the userinfo that an authority begins with; the authority itself if there is none. */
static const char *skip_userinfo(const char *authority) {
  const char *host = authority;
  for (const char *at = authority; *at != '\0' && *at != '/' && *at != '?' && *at != '#'; at++)
    if (*at == '@') host = at + 1;
  return host;
}

size_t url_identity(const char *text, char *out, size_t size) {
  if (size == 0) return 0;
  const char *authority = find_authority(text), *from = text, *host;
  size_t end = 0, fragment = SIZE_MAX;
  while (*from != '\0') {
    /* What is left may begin with userinfo again, where a malformed text has it twice. */
    while (from == authority && (host = skip_userinfo(authority)) != authority) {
      from = host;
      authority = end > 0 ? host + strspn(host, "/") : find_authority(host);
    }
    size_t room = from < authority ? (size_t)(authority - from) : SIZE_MAX;
    if (room > size - end - 1) room = size - end - 1;
    size_t run = plain_run(from, room);
    memcpy(out + end, from, run);
    end += run;
    from += run;
    if (run > 0) continue;
    uint32_t code;
    size_t step = (unsigned char)*from < 0x80 ? 1 : utf8_decode(from, strnlen(from, 4), &code);
    if (*from == '\0' || end + (step > 0 ? step : 3) >= size) break;
    if (*from == '#' && fragment == SIZE_MAX) fragment = end;
    if (step == 0) {
      end += (size_t)sprintf(out + end, "%%%02X", (unsigned char)*from++);
      continue;
    }
    memcpy(out + end, from, step);
    end += step;
    from += step;
  }
  out[end] = '\0';
  return fragment < end ? fragment : end;
}
