/* An example of libseine: fetches URLs into memory, at the same time, and says what came.
 *
 * cc memory.c $(pkg-config --cflags --libs libseine) -o memory && ./memory https://www.example.org/ ... */
#include <seine.h>
#include <signal.h>
#include <stdio.h>

static void on_result(seine_fetch_t *fetch, const seine_result_t *result) {
  size_t *left = seine_fetch_user(fetch);
  if (result->status == SEINE_STATUS_OK)
    /* result->data is valid until this returns; seine_fetch_detach_data(fetch) would make it ours, to be freed. */
    printf("%s: %llu bytes of %s, the first is 0x%02x\n", result->url, (unsigned long long)result->size_bytes,
           result->type, result->data[0]);
  else
    printf("%s: %s (%s)\n", result->url, result->message ? result->message : seine_strerror(result->error),
           seine_err_name(result->error));
  /* With the engine closed nothing is left on the loop, and uv_run returns. */
  if (--*left == 0) seine_close(seine_fetch_engine(fetch), NULL, NULL);
}

int main(int argc, char **argv) {
  uv_loop_t loop;
  seine_t *seine;
  seine_options_t options;
  size_t left = 0;

  signal(SIGPIPE, SIG_IGN); /* the library touches no signal: a server that hangs up must not end the program */
  uv_loop_init(&loop);
  seine_options_init(&options);
  options.max_size_bytes = 16 << 20; /* bodies are held whole: more than that is rejected */
  options.retries = 2;
  int error = seine_open(&seine, &loop, &options);
  for (int i = 1; i < argc && !error; i++) {
    seine_request_t request = {.url = argv[i], .sink = SEINE_SINK_MEMORY, .user = &left};
    int refused = seine_submit(seine, &request, on_result, NULL);
    if (refused)
      printf("%s: %s (%s)\n", argv[i], seine_strerror(refused), seine_err_name(refused)); /* on_result is not called */
    else
      left++;
  }
  if (error) fprintf(stderr, "%s\n", seine_strerror(error));
  if (!error && left == 0) seine_close(seine, NULL, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  return uv_loop_close(&loop) == 0 && !error ? 0 : 1;
}
