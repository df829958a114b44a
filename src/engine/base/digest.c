/* SHA-256 and MD5 by OpenSSL's EVP, with the algorithm and the context looked up once, since each look-up costs more
 * than hashing a small image. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "seine.h"
#include "seine_tools.h"

struct digest {
  EVP_MD *algorithm;
  EVP_MD_CTX *context;
};

int digest_open(struct digest **digest, const char *algorithm) {
  struct digest *made = calloc(1, sizeof(*made));
  *digest = NULL;
  if (!made) return SEINE_ENOMEM;
  made->algorithm = EVP_MD_fetch(NULL, algorithm, NULL);
  made->context = EVP_MD_CTX_new();
  if (!made->algorithm || !made->context) {
    int error = made->algorithm ? SEINE_ENOMEM : SEINE_ELIBRARY;
    digest_close(made);
    return error;
  }
  *digest = made;
  return 0;
}

int digest_start(struct digest *digest) {
  return EVP_DigestInit_ex2(digest->context, digest->algorithm, NULL) ? 0 : SEINE_ELIBRARY;
}

int digest_add(struct digest *digest, const void *data, size_t size) {
  return EVP_DigestUpdate(digest->context, data, size) ? 0 : SEINE_ELIBRARY;
}

int digest_peek(struct digest *digest, uint8_t *out) {
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  if (!copy) return SEINE_ENOMEM;
  int taken = EVP_MD_CTX_copy_ex(copy, digest->context) && EVP_DigestFinal_ex(copy, out, NULL);
  EVP_MD_CTX_free(copy);
  return taken ? 0 : SEINE_ELIBRARY;
}

int digest_end(struct digest *digest, uint8_t *out) {
  return EVP_DigestFinal_ex(digest->context, out, NULL) ? 0 : SEINE_ELIBRARY;
}

void digest_close(struct digest *digest) {
  if (!digest) return;
  EVP_MD_CTX_free(digest->context);
  EVP_MD_free(digest->algorithm);
  free(digest);
}

void seine_sha256(const void *data, size_t size_bytes, uint8_t digest[32]) {
  SHA256(data, size_bytes, digest);
}
