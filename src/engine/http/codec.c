/* The codings of content_decoder.c, each by its library. */
#include "http/codec.h"

#include <stdlib.h>
#include <zlib.h>

#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#define WINDOW_LOG_MAX 23 /* 8 MiB, the most that RFC 9659 allows in a Content-Encoding */
#endif

/* ---- zlib ---- */

static void *zlib_open(int window_bits) {
  z_stream *stream = calloc(1, sizeof *stream);
  if (stream && inflateInit2(stream, window_bits) == Z_OK) return stream;
  free(stream);
  return NULL;
}

static void *gzip_open(uint8_t first_byte) {
  (void)first_byte;
  return zlib_open(MAX_WBITS + 16);
}

/* By its definition this is zlib's format, whose first byte ends in 8; but many send it without zlib's header. */
static void *deflate_open(uint8_t first_byte) {
  return zlib_open((first_byte & 0x0f) == 8 ? MAX_WBITS : -MAX_WBITS);
}

static enum codec_step zlib_step(void *state, struct codec_buffers *buffers) {
  z_stream *stream = state;
  stream->next_in = (Bytef *)(uintptr_t)buffers->in;
  stream->avail_in = (uInt)buffers->in_size;
  stream->next_out = buffers->out;
  stream->avail_out = (uInt)buffers->out_size;
  int code = inflate(stream, Z_NO_FLUSH);
  buffers->in = stream->next_in;
  buffers->in_size = stream->avail_in;
  buffers->out = stream->next_out;
  buffers->out_size = stream->avail_out;
  switch (code) {
  case Z_OK:
  case Z_BUF_ERROR: return CODEC_MORE;
  case Z_STREAM_END: return CODEC_END;
  case Z_MEM_ERROR: return CODEC_NOMEM;
  default: return CODEC_BROKEN;
  }
}

static void zlib_close(void *state) {
  inflateEnd(state);
  free(state);
}

/* ---- brotli ---- */

#ifdef HAVE_BROTLI
static void *brotli_open(uint8_t first_byte) {
  (void)first_byte;
  return BrotliDecoderCreateInstance(NULL, NULL, NULL);
}

static enum codec_step brotli_step(void *state, struct codec_buffers *buffers) {
  switch (
      BrotliDecoderDecompressStream(state, &buffers->in_size, &buffers->in, &buffers->out_size, &buffers->out, NULL)) {
  case BROTLI_DECODER_RESULT_SUCCESS: return CODEC_END;
  case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
  case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: return CODEC_MORE;
  default: return CODEC_BROKEN;
  }
}

static void brotli_close(void *state) {
  BrotliDecoderDestroyInstance(state);
}
#endif

/* ---- zstd ---- */

#ifdef HAVE_ZSTD
static void *zstd_open(uint8_t first_byte) {
  (void)first_byte;
  ZSTD_DCtx *context = ZSTD_createDCtx();
  if (context) ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
  return context;
}

static enum codec_step zstd_step(void *state, struct codec_buffers *buffers) {
  ZSTD_inBuffer in = {buffers->in, buffers->in_size, 0};
  ZSTD_outBuffer out = {buffers->out, buffers->out_size, 0};
  size_t left = ZSTD_decompressStream(state, &out, &in);
  buffers->in += in.pos;
  buffers->in_size -= in.pos;
  buffers->out += out.pos;
  buffers->out_size -= out.pos;
  if (ZSTD_isError(left)) return CODEC_BROKEN;
  return left == 0 ? CODEC_END : CODEC_MORE;
}

static void zstd_close(void *state) {
  ZSTD_freeDCtx(state);
}
#endif

const struct codec codecs[] = {
    {"gzip", "x-gzip", true, gzip_open, zlib_step, zlib_close},
    {"deflate", NULL, false, deflate_open, zlib_step, zlib_close},
#ifdef HAVE_BROTLI
    {"br", NULL, false, brotli_open, brotli_step, brotli_close},
#endif
#ifdef HAVE_ZSTD
    {"zstd", NULL, true, zstd_open, zstd_step, zstd_close},
#endif
    {.name = NULL},
};
