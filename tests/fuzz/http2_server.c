/* Counts the client's requests and plays the script's steps, in pieces of TLS records. */
#include "http2_server.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#define PREFACE_SIZE     24
#define FRAME_HEAD       9
#define RECEIVED_MAX     65536
#define CONNECTIONS_MOST 5 /* of a run; further ones end at once, as a handshake takes a millisecond */
#define REQUESTS_MAX     400 /* in one run: more is a loop without end */

enum { FRAME_HEADERS = 1, FRAME_SETTINGS = 4, FRAME_PING = 6, FLAG_ACK = 1 };

struct http2_connection {
  struct connection connection;
  SSL *tls;
  unsigned mark; /* of this connection among those of the run */
  uint8_t received[RECEIVED_MAX];
  size_t received_size, passed; /* the preface */
  unsigned requests;
  bool greeted;
  size_t step;
  struct http2_bytes out;
  size_t sent;
};

/* ---- What the client sends ---- */

/* Sends the server's own SETTINGS before all else. */
static void greet(struct http2_connection *own) {
  const struct http2_script *script = ((struct http2_server *)own->connection.server)->script;
  if (!own->greeted && !script->mute) http2_frame(&own->out, FRAME_SETTINGS, 0, 0, NULL, 0);
  own->greeted = true;
}

static void reply_at_once(struct http2_connection *own, const uint8_t *frame, size_t size) {
  const struct http2_server *server = (struct http2_server *)own->connection.server;
  bool is_ack = frame[4] & FLAG_ACK;
  if (server->script->mute || is_ack) return;
  if (frame[3] == FRAME_SETTINGS) http2_frame(&own->out, FRAME_SETTINGS, FLAG_ACK, 0, NULL, 0);
  if (frame[3] == FRAME_PING) http2_frame(&own->out, FRAME_PING, FLAG_ACK, 0, frame + FRAME_HEAD, size - FRAME_HEAD);
}

/* One whole frame, with its head. */
static void take_frame(struct http2_connection *own, const uint8_t *frame, size_t size) {
  struct http2_server *server = (struct http2_server *)own->connection.server;
  if (frame[3] == FRAME_HEADERS) {
    own->requests++;
    MUST(++server->requests <= REQUESTS_MAX);
  }
  greet(own);
  reply_at_once(own, frame, size);
  loop_server_wake(&server->loop_server);
}

static void take_frames(struct http2_connection *own) {
  size_t at = 0;
  if (own->passed < PREFACE_SIZE) {
    if (own->received_size < PREFACE_SIZE) return;
    MUST(memcmp(own->received, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", PREFACE_SIZE) == 0);
    at = own->passed = PREFACE_SIZE;
  }
  while (own->received_size - at >= FRAME_HEAD) {
    const uint8_t *frame = own->received + at;
    size_t size = FRAME_HEAD + ((size_t)frame[0] << 16 | (size_t)frame[1] << 8 | frame[2]);
    MUST(size <= RECEIVED_MAX);
    if (own->received_size - at < size) break;
    take_frame(own, frame, size);
    at += size;
  }
  own->received_size -= at;
  memmove(own->received, own->received + at, own->received_size);
}

static void receive(struct connection *connection) {
  struct http2_connection *own = (struct http2_connection *)connection;
  for (;;) {
    size_t room = RECEIVED_MAX - own->received_size;
    ERR_clear_error();
    int size = SSL_read(own->tls, own->received + own->received_size, (int)room);
    if (size <= 0) {
      int error = SSL_get_error(own->tls, size);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
      connection_close(connection);
      return;
    }
    if (connection->is_shut) continue;
    own->received_size += (size_t)size;
    take_frames(own);
  }
}

/* ---- What the server sends ---- */

/* Writes steps up to one that waits. True if the script ends the connection there. */
static bool play_steps(struct http2_connection *own) {
  const struct http2_script *script = ((struct http2_server *)own->connection.server)->script;
  greet(own);
  for (; own->step < script->count; own->step++) {
    const struct step *step = &script->steps[own->step];
    if (step->kind == STEP_CLOSE) return own->sent == own->out.size;
    if (step->kind == STEP_WAIT && own->requests < step->number) return false;
    http2_step_write(step, own->mark, &own->out);
  }
  return false;
}

static bool send_piece(struct connection *connection) {
  struct http2_connection *own = (struct http2_connection *)connection;
  if (own->mark > CONNECTIONS_MOST) {
    connection_shut(connection);
    return false;
  }
  if (!SSL_is_init_finished(own->tls)) return false;
  if (play_steps(own)) {
    SSL_shutdown(own->tls);
    connection_shut(connection);
    return false;
  }
  size_t left = own->out.size - own->sent;
  if (left == 0) return false;
  size_t size = loop_server_piece(connection->server, own->sent, left);
  ERR_clear_error();
  int sent = SSL_write(own->tls, own->out.data + own->sent, (int)size);
  if (sent > 0) own->sent += (size_t)sent;
  if (sent <= 0 && SSL_get_error(own->tls, sent) != SSL_ERROR_WANT_WRITE) own->sent = own->out.size;
  return true;
}

/* ---- Connections ---- */

static void opened(struct connection *connection) {
  struct http2_connection *own = (struct http2_connection *)connection;
  const struct http2_server *server = (struct http2_server *)connection->server;
  own->mark = connection->server->accepted;
  own->tls = SSL_new(server->context);
  MUST(own->tls && SSL_set_fd(own->tls, connection->fd) == 1);
  SSL_set_mode(own->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_accept_state(own->tls);
}

static void closed(struct connection *connection) {
  struct http2_connection *own = (struct http2_connection *)connection;
  SSL_free(own->tls);
  free(own->out.data);
}

/* ---- The certificate ---- */

static int choose(SSL *tls, const unsigned char **out, unsigned char *size, const unsigned char *in, unsigned in_size,
                  void *user) {
  static const unsigned char h2[] = "\2h2";
  (void)tls;
  (void)user;
  int found = SSL_select_next_proto((unsigned char **)out, size, h2, 3, in, in_size);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static X509 *make_certificate(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  MUST(certificate);
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 30 * 24 * 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
  MUST(names && X509_add_ext(certificate, names, -1) == 1);
  X509_EXTENSION_free(names);
  MUST(X509_sign(certificate, key, EVP_sha256()) > 0);
  return certificate;
}

static char *certificate_path; /* to be removed */

static void remove_certificate(void) {
  unlink(certificate_path);
}

static void write_certificate(struct http2_server *server, X509 *certificate) {
  strcpy(server->certificate, "/tmp/seine-fuzz-cert.XXXXXX");
  int fd = mkstemp(server->certificate);
  FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
  MUST(file && PEM_write_X509(file, certificate) == 1 && fclose(file) == 0);
  certificate_path = server->certificate;
  atexit(remove_certificate);
}

/* ---- Memory of OpenSSL: a handshake makes thousands of allocations, and a sanitizer takes long for each ---- */

void *__libc_malloc(size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static void *allocate(size_t size, const char *file, int line) {
  (void)file, (void)line;
  return size > 0 ? __libc_malloc(size) : NULL;
}

static void *resize(void *memory, size_t size, const char *file, int line) {
  (void)file, (void)line;
  return __libc_realloc(memory, size);
}

static void release(void *memory, const char *file, int line) {
  (void)file, (void)line;
  __libc_free(memory);
}

void http2_server_init(struct http2_server *server) {
  static const struct server_kind kind = {.connection_size = sizeof(struct http2_connection),
                                          .opened = opened,
                                          .receive = receive,
                                          .send = send_piece,
                                          .closed = closed};
  CRYPTO_set_mem_functions(allocate, resize, release); /* before libcrypto allocates anything */
  *server = (struct http2_server){0};
  loop_server_init(&server->loop_server, &kind);
  EVP_PKEY *key = EVP_EC_gen("P-256");
  MUST(key);
  X509 *certificate = make_certificate(key);
  server->context = SSL_CTX_new(TLS_server_method());
  MUST(server->context && SSL_CTX_use_certificate(server->context, certificate) == 1);
  MUST(SSL_CTX_use_PrivateKey(server->context, key) == 1);
  SSL_CTX_set_alpn_select_cb(server->context, choose, NULL);
  SSL_CTX_set_num_tickets(server->context, 0);
  write_certificate(server, certificate);
  X509_free(certificate);
  EVP_PKEY_free(key);
}
