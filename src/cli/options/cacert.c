/* Looks into the file of --cacert before the run: a wrong one would fail every https URL, one by one. */
#include "options/cacert.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

int cacert_check(const char *path, char *cause, size_t size) {
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    snprintf(cause, size, "--cacert: \"%s\" cannot be read: %s", path, strerror(errno));
    return -1;
  }
  X509 *first = PEM_read_X509_AUX(file, NULL, NULL, NULL);
  fclose(file);
  ERR_clear_error();
  if (first == NULL) snprintf(cause, size, "--cacert: \"%s\" holds no certificate in PEM", path);
  X509_free(first);
  return first != NULL ? 0 : -1;
}
