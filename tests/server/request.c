/* Takes an HTTP/1 request apart: no more of it than the server needs. */
#include "request.h"

#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Cuts text at the next `mark`: returns what was before it, and moves *text behind it; NULL if there is none. */
static char *cut(char **text, const char *mark) {
  char *found = strstr(*text, mark);
  if (!found) return NULL;
  char *before = *text;
  *found = '\0';
  *text = found + strlen(mark);
  return before;
}

/* The host of "Host:EXAMPLE.test:8080" or "[::1]:80": lower case, port off. */
static const char *bare_host(char *host) {
  char *port = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
  if (port && *port == ']') port++;
  if (port) *port = '\0';
  for (char *p = host; *p; p++)
    *p = *p <= ' ' ? '_' : (char)tolower((unsigned char)*p);
  return *host ? host : "-";
}

static void take_header(struct request *request, char *line) {
  char *name = cut(&line, ":");
  if (!name) return;
  char *value = line + strspn(line, " \t");
  if (strcasecmp(name, "host") == 0 && request->host[0] == '-')
    request->host = bare_host(value);
  else if (strcasecmp(name, "connection") == 0)
    request->keep_alive = strcasecmp(value, "close") != 0;
  else if (strcasecmp(name, "content-length") == 0)
    request->body_size = strtoull(value, NULL, 10);
  else if (strcasecmp(name, "range") == 0)
    request->range = value;
  else if (strcasecmp(name, "if-range") == 0)
    request->if_range = value;
  else if (strcasecmp(name, "if-none-match") == 0)
    request->if_none_match = value;
}

/* "http://host/path", the form that is sent to proxies. */
static void take_absolute_target(struct request *request, char *target) {
  char *authority = target + strlen("http://");
  char *path = authority + strcspn(authority, "/?");
  char *host = text_copy(authority, (size_t)(path - authority));
  request->target = *path ? path : "/";
  const char *bare = bare_host(host);
  memmove(target, bare, strlen(bare) + 1); /* shorter than "http://" and the authority, in whose place it is put */
  request->host = target;
  free(host);
}

static bool take_request_line(struct request *request, char *line) {
  request->method = cut(&line, " ");
  char *target = request->method ? cut(&line, " ") : NULL;
  if (!target || strncmp(line, "HTTP/1.", 7) != 0) return false;
  request->keep_alive = strcmp(line, "HTTP/1.0") != 0;
  request->target = target;
  if (strncasecmp(target, "http://", 7) == 0) take_absolute_target(request, target);
  return request->target[0] == '/';
}

long request_parse(struct request *request, const char *data, size_t size) {
  const char *end = memmem(data, size, "\r\n\r\n", 4);
  if (!end) return size > REQUEST_HEAD_MAX ? -1 : 0;
  size_t length = (size_t)(end - data) + 2;
  if (memchr(data, '\0', length)) return -1;
  *request = (struct request){.memory = text_copy(data, length), .host = "-"};
  request->head = text_copy(data, length);
  char *rest = request->memory;
  char *line = cut(&rest, "\r\n");
  if (!line || !take_request_line(request, line)) {
    request_clear(request);
    return -1;
  }
  while ((line = cut(&rest, "\r\n")))
    take_header(request, line);
  return (long)length + 2;
}

void request_clear(struct request *request) {
  free(request->memory);
  free(request->head);
  *request = (struct request){0};
}
