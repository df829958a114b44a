/* The fields of a row of the manifest, in their order. The writer, the reader, the header of a CSV, the tests and the
 * check of the manual derive from this table. A new field is one line here, a member of struct row, its value in
 * run/result_row.c, and one paragraph in man/seine.1. */
#ifndef SEINE_CLI_MANIFEST_FIELDS_H
#define SEINE_CLI_MANIFEST_FIELDS_H

enum field_type { FIELD_NUMBER, FIELD_STRING, FIELD_BOOLEAN, FIELD_OBJECT };

/* Rows in which a field is not null: all; those that are rejected or failed; those for which its value is known. */
enum field_presence { FIELD_ALWAYS, FIELD_IF_NOT_OK, FIELD_IF_KNOWN };

/* XX(NAME, name, type, presence, format, value, meaning). `format` names the functions of row.c that write the value
 * and bound its length; `value` is an expression on `row`, a const struct row *. */
#define MANIFEST_FIELDS(XX)                                                                                            \
  XX(ID, "id", NUMBER, ALWAYS, number, row->id, "Number of the record over all lists, from 0.")                        \
  XX(URL, "url", STRING, ALWAYS, url, row->url, "URL as in the list, without user name and password.")                 \
  XX(STATUS, "status", STRING, ALWAYS, word, seine_status_name(row->status), "ok, duplicate, rejected or failed.")     \
  XX(PATH, "path", STRING, IF_KNOWN, text, row->path, "File, relative to the output folder.")                          \
  XX(SHA256, "sha256", STRING, IF_KNOWN, digest, row->sha256, "SHA-256 of the bytes, in hexadecimal.")                 \
  XX(BYTES, "bytes", NUMBER, ALWAYS, number, row->bytes, "Size, as far as it was received or announced.")              \
  XX(MEDIA_TYPE, "media_type", STRING, IF_KNOWN, short_text, row->media_type, "Media type that the bytes show.")       \
  XX(WIDTH, "width", NUMBER, IF_KNOWN, known, row->width, "Width of an image, in pixels, as stored.")                  \
  XX(HEIGHT, "height", NUMBER, IF_KNOWN, known, row->height, "Height of an image, in pixels, as stored.")              \
  XX(TRAILING_BYTES, "trailing_bytes", NUMBER, IF_KNOWN, known, row->trailing_bytes, "Bytes after an image's end.")    \
  XX(HTTP_STATUS, "http_status", NUMBER, IF_KNOWN, known, (unsigned)row->http_status, "Status of the last response.")  \
  XX(ERROR, "error", STRING, IF_NOT_OK, word, seine_err_name(row->error), "Class of the error, for machines.")         \
  XX(MESSAGE, "message", STRING, IF_NOT_OK, short_text, row->message, "Cause of the error, for people.")               \
  XX(RETRYABLE, "retryable", BOOLEAN, IF_NOT_OK, retryable, row, "Whether the next run fetches the URL again.")        \
  XX(ATTEMPTS, "attempts", NUMBER, ALWAYS, number, row->attempts, "Number of attempts.")                               \
  XX(FINAL_URL, "final_url", STRING, IF_KNOWN, short_text, row->final_url, "URL that redirects led to.")               \
  XX(CONTENT_TYPE, "content_type", STRING, IF_KNOWN, short_text, row->content_type, "Content-Type, as sent.")          \
  XX(ETAG, "etag", STRING, IF_KNOWN, whole_text, row->etag, "ETag of the response.")                                   \
  XX(LAST_MODIFIED, "last_modified", STRING, IF_KNOWN, whole_text, row->last_modified, "Last-Modified, as sent.")      \
  XX(IP, "ip", STRING, IF_KNOWN, text, row->ip, "Address that the last attempt connected to.")                         \
  XX(STARTED_AT, "started_at", STRING, IF_KNOWN, time, row->started_unix_ms, "Start of the last attempt, in UTC.")     \
  XX(ELAPSED_MS, "elapsed_ms", NUMBER, ALWAYS, number, row->elapsed_ms, "Duration of the last attempt.")               \
  XX(INPUT, "input", OBJECT, IF_KNOWN, json, row->input, "Other columns or members of the record in the list.")

enum manifest_field {
#define XX(NAME, name, type, presence, format, value, meaning) MANIFEST_##NAME,
  MANIFEST_FIELDS(XX)
#undef XX
      MANIFEST_FIELD_COUNT
};

#endif
