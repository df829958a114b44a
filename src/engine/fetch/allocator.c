/* Makes libcurl and c-ares use the allocator of the caller. */
#include <ares.h>
#include <curl/curl.h>

#include "seine.h"
#include "seine_tools.h"

/* Never cleaned up: the last curl_global_cleanup or ares_library_cleanup would restore the previous allocator. */
int seine_replace_allocator(const seine_allocator_t *allocator) {
  CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocator->allocate, allocator->release, allocator->resize,
                                       allocator->duplicate, allocator->allocate_zeroed);
  int status = ares_library_init_mem(ARES_LIB_INIT_ALL, allocator->allocate, allocator->release, allocator->resize);
  return code == CURLE_OK && status == ARES_SUCCESS ? 0 : SEINE_ELIBRARY;
}
