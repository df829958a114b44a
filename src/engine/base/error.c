/* Names and texts of errors and statuses, all from the one table in seine.h. */
#include "seine.h"

const char *seine_strerror(int error) {
  switch (error) {
  case 0: return "no error";
#define XX(name, value, machine, people)                                                                               \
  case SEINE_##name: return people;
    SEINE_ERROR_MAP(XX)
#undef XX
  default: return "unknown error";
  }
}

const char *seine_err_name(int error) {
  switch (error) {
  case 0: return NULL;
#define XX(name, value, machine, people)                                                                               \
  case SEINE_##name: return machine;
    SEINE_ERROR_MAP(XX)
#undef XX
  default: return "unknown";
  }
}

const char *seine_status_name(seine_status_t status) {
  switch (status) {
  case SEINE_STATUS_OK: return "ok";
  case SEINE_STATUS_DUPLICATE: return "duplicate";
  case SEINE_STATUS_REJECTED: return "rejected";
  case SEINE_STATUS_FAILED: return "failed";
  }
  return "unknown";
}
