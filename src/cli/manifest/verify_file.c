/* Hashes a file, and reports how it differs from its row. */
#include "manifest/verify_file.h"
#include "base/xalloc.h"
#include "output/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)256 * 1024)

/* 0, or an errno. */
static int digest(int fd, uint8_t sha256[32]) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  uint8_t *block = xmalloc(BLOCK);
  int error = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) ? 0 : ENOMEM;
  while (!error) {
    ssize_t n = read(fd, block, BLOCK);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) error = errno;
    if (n <= 0) break;
    if (!EVP_DigestUpdate(context, block, (size_t)n)) error = ENOMEM;
  }
  if (!error && !EVP_DigestFinal_ex(context, sha256, NULL)) error = ENOMEM;
  EVP_MD_CTX_free(context);
  free(block);
  return error;
}

static enum verify_end compare(struct verify_file *file, int fd) {
  struct stat st;
  uint8_t sha256[32];
  if (fstat(fd, &st) != 0) {
    file->error = errno;
    return VERIFY_UNREADABLE;
  }
  if (!S_ISREG(st.st_mode)) return VERIFY_KIND;
  file->found_bytes = (uint64_t)st.st_size;
  if (file->found_bytes != file->bytes) return VERIFY_SIZE;
  if (!file->has_sha256) return VERIFY_SAME;
  file->error = digest(fd, sha256);
  if (file->error) return VERIFY_UNREADABLE;
  return memcmp(sha256, file->sha256, sizeof sha256) == 0 ? VERIFY_SAME : VERIFY_SHA256;
}

void verify_file_read(struct verify_file *file) {
  /* Nothing that is there instead of the file, a pipe for instance, may hold this up. */
  int fd = outdir_openat(file->folder, file->path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    file->error = errno;
    file->end = errno == ENOENT || errno == ENOTDIR ? VERIFY_MISSING
                : errno == ELOOP || errno == ENXIO  ? VERIFY_KIND
                                                    : VERIFY_UNREADABLE;
    return;
  }
  file->end = compare(file, fd);
  close(fd);
}
