/* The public headers are C++ as well: compiled and linked as by a C++ program. */
#include "seine.h"
#include "seine_tools.h"

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
  bool refused = seine_submit(engine, &request, on_result, nullptr) == SEINE_EURL;
  bool closed = false;
  seine_close(engine, on_close, &closed);
  uv_run(&loop, UV_RUN_DEFAULT);
  return refused && closed && uv_loop_close(&loop) == 0;
}

/* Splits a URL by a function of seine_tools.h. */
bool parse_url() {
  seine_url_t url;
  bool split = !seine_url_parse(&url, "http://example.com", nullptr, 0) && !std::strcmp(url.path, "/");
  seine_url_clear(&url);
  return split;
}

} // namespace

int main() {
  if (std::strcmp(seine_err_name(SEINE_EHOSTDOWN), "host-down")) return 1;
  return open_and_close() && parse_url() ? 0 : 2;
}
