/* Host names and addresses, and the hosts file. */
#include "dns/addresses.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash_table.h"

struct hosts_name {
  UT_hash_handle hh;
  struct addresses *addresses;
  char host[];
};

struct addresses *addresses_make(const union address *list, unsigned count, uint64_t expires_ms) {
  size_t text_size = count * (INET6_ADDRSTRLEN + 3);
  struct addresses *made = malloc(sizeof(*made) + count * sizeof(*list) + text_size);
  if (!made) return NULL;
  union address *copy = (union address *)(made + 1);
  char *text = (char *)(copy + count), *at = text;
  memcpy(copy, list, count * sizeof(*list));
  for (unsigned i = 0; i < count; i++) {
    char number[INET6_ADDRSTRLEN];
    bool v6 = list[i].any.sa_family == AF_INET6;
    inet_ntop(list[i].any.sa_family, v6 ? (const void *)&list[i].v6.sin6_addr : &list[i].v4.sin_addr, number,
              sizeof(number));
    at += sprintf(at, v6 ? "%s[%s]" : "%s%s", i ? "," : "", number);
  }
  *made = (struct addresses){.refs = 1, .count = count, .expires_ms = expires_ms, .text = text, .list = copy};
  return made;
}

struct addresses *addresses_ref(struct addresses *addresses) {
  addresses->refs++;
  return addresses;
}

void addresses_unref(struct addresses *addresses) {
  if (addresses && --addresses->refs == 0) free(addresses);
}

bool address_equal(const union address *a, const union address *b) {
  if (a->any.sa_family != b->any.sa_family) return false;
  if (a->any.sa_family == AF_INET6) return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
  return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

bool address_read(union address *address, const char *text) {
  memset(address, 0, sizeof(*address));
  if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
    address->any.sa_family = AF_INET;
    return true;
  }
  address->any.sa_family = AF_INET6;
  return inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1;
}

bool host_name_read(const char *text, char name[HOST_NAME_SIZE]) {
  size_t length = strlen(text), label = 0;
  if (length && text[length - 1] == '.') length--;
  if (length == 0 || length > 253) return false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' ? label == 0 : !plain || ++label > 63) return false;
    if (c == '.') label = 0;
    name[i] = c;
  }
  name[length] = 0;
  return label > 0;
}

bool host_name_is_local(const char *text) {
  char name[HOST_NAME_SIZE];
  if (!host_name_read(text, name)) return false;
  size_t length = strlen(name);
  return strcmp(name, "localhost") == 0 || (length > 10 && strcmp(name + length - 10, ".localhost") == 0);
}

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1" or "[2001:db8::1]:53". */
static bool name_server_valid(const char *text, size_t length) {
  char copy[INET6_ADDRSTRLEN + 10], *address = copy, *port = NULL;
  union address unused;
  if (length >= sizeof(copy)) return false;
  memcpy(copy, text, length);
  copy[length] = 0;
  if (*copy == '[') {
    char *end = strchr(copy, ']');
    if (!end || (end[1] && end[1] != ':')) return false;
    if (end[1]) port = end + 2;
    *end = 0;
    address = copy + 1;
  } else if (strchr(copy, ':') && strchr(copy, ':') == strrchr(copy, ':')) {
    port = strchr(copy, ':');
    *port++ = 0;
  }
  if (port && (!*port || strlen(port) > 5 || strspn(port, "0123456789") != strlen(port))) return false;
  if (port && (atoi(port) < 1 || atoi(port) > 65535)) return false;
  return address_read(&unused, address) && (*copy != '[' || unused.any.sa_family == AF_INET6);
}

bool name_servers_valid(const char *list) {
  for (;; list++) {
    size_t length = strcspn(list, ",");
    if (!name_server_valid(list, length)) return false;
    list += length;
    if (!*list) return true;
  }
}

/* ---- /etc/hosts ---- */

void hosts_file_clear(struct hosts_file *hosts) {
  struct hosts_name *name, *next;
  HASH_ITER (hh, hosts->names, name, next) {
    HASH_DEL(hosts->names, name);
    addresses_unref(name->addresses);
    free(name);
  }
  memset(hosts, 0, sizeof(*hosts));
}

/* What does not fit into memory is left out: the name servers may know it. */
static void hosts_file_add(struct hosts_file *hosts, const char *host, const union address *address) {
  struct hosts_name *name;
  union address list[ADDRESSES_MAX];
  unsigned count = 0;
  HASH_FIND_STR(hosts->names, host, name);
  if (name) {
    count = name->addresses->count;
    memcpy(list, name->addresses->list, count * sizeof(*list));
  } else {
    name = calloc(1, sizeof(*name) + strlen(host) + 1);
    if (!name) return;
    strcpy(name->host, host);
    HASH_ADD_STR(hosts->names, host, name);
    if (!name->hh.tbl) {
      free(name);
      return;
    }
  }
  if (count == ADDRESSES_MAX) return;
  list[count++] = *address;
  struct addresses *made = addresses_make(list, count, UINT64_MAX);
  if (made) {
    addresses_unref(name->addresses);
    name->addresses = made;
  } else if (!name->addresses) {
    HASH_DEL(hosts->names, name);
    free(name);
  }
}

static void hosts_file_parse(struct hosts_file *hosts, FILE *file) {
  char *line = NULL, *rest, name[HOST_NAME_SIZE];
  size_t room = 0;
  while (getline(&line, &room, file) >= 0) {
    union address address;
    line[strcspn(line, "#\r\n")] = 0;
    char *word = strtok_r(line, " \t", &rest);
    if (!word || !address_read(&address, word)) continue;
    while ((word = strtok_r(NULL, " \t", &rest)))
      if (host_name_read(word, name)) hosts_file_add(hosts, name, &address);
  }
  free(line);
}

bool hosts_file_load(const char *path, const struct hosts_file *known, struct hosts_file *found) {
  struct stat now;
  memset(found, 0, sizeof(*found));
  FILE *file = fopen(path, "re");
  bool changed = file ? fstat(fileno(file), &now) == 0 : known->inode != 0;
  if (file && changed) {
    changed = now.st_ino != known->inode || now.st_size != known->size || now.st_mtim.tv_sec != known->changed.tv_sec ||
              now.st_mtim.tv_nsec != known->changed.tv_nsec;
    if (changed) hosts_file_parse(found, file);
    *found = (struct hosts_file){found->names, now.st_mtim, now.st_size, now.st_ino};
  }
  if (file) fclose(file);
  return changed;
}

struct addresses *hosts_file_find(const struct hosts_file *hosts, const char *host) {
  struct hosts_name *name;
  HASH_FIND_STR(hosts->names, host, name);
  return name ? name->addresses : NULL;
}
