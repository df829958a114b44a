/* seine.h is C++ as well: the same as test_header.c, compiled and linked the way a C++ program would. */
#include "seine.h"

#include <cstring>

namespace {

void on_result(seine_fetch_t *, const seine_result_t *) {
}

void on_close(seine_t *, void *user) {
  *static_cast<bool *>(user) = true;
}

/* Opens an engine, queues a fetch that cannot start, and closes both. */
bool open_and_close() {
  uv_loop_t loop;
  if (uv_loop_init(&loop)) return false;
  seine_options_t options;
  seine_options_init(&options);
  seine_t *engine = nullptr;
  if (seine_open(&engine, &loop, &options)) return false;
  seine_request_t request = seine_request_t();
  request.url = "ftp://example.com/";
  bool refused = seine_fetch(engine, &request, on_result, nullptr) == SEINE_EURL;
  bool closed = false;
  seine_close(engine, on_close, &closed);
  uv_run(&loop, UV_RUN_DEFAULT);
  return refused && closed && uv_loop_close(&loop) == 0;
}

} // namespace

int main() {
  if (std::strcmp(seine_err_name(SEINE_EHOSTDOWN), "host-down")) return 1;
  return open_and_close() ? 0 : 2;
}
