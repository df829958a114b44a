# shellcheck shell=bash disable=SC2034,SC2154
count=$((n / 20))
case_title="$(thousands $count) new TLS connections, each with a full handshake; Debian's bundle and one certificate more are trusted"

case_prepare() {
  make_images 1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=bench \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/openssl.log" ||
    { tail -n 3 "$work/openssl.log" >&2; return 1; }
  cat /etc/ssl/certs/ca-certificates.crt "$work/cert.pem" >"$work/bundle.pem" || return 1
  # Neither connections nor sessions are kept, so that each URL takes a handshake.
  start_nginx "ssl; keepalive_timeout 0; ssl_session_cache off; ssl_session_tickets off;
    ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; rewrite ^ /000000.jpg break" || return 1
  seq -f "https://127.0.0.1:$port/%06.0f.jpg" 0 $((count - 1)) >"$work/list"
  contestant seine "seine -j 64 --output-format none"
  contestant bare64 "bare loop -j 64, bundle as file, no CA path"
  contestant bare16 "bare loop -j 16, the same"
}

run_seine() { seine_null -j 64 --per-host 64 --cacert "$work/bundle.pem" "$work/list"; }
check_seine() { all_ok "$1"; }
run_bare64() { measured "$bare" -j 64 --cacert "$work/bundle.pem" "$work/list"; }
check_bare64() { bare_ok "$1"; }
run_bare16() { measured "$bare" -j 16 --cacert "$work/bundle.pem" "$work/list"; }
check_bare16() { bare_ok "$1"; }

case_report() {
  table
  echo
  # shellcheck disable=SC2046
  {
    bar "within 1.2 times the time of the best bare loop" most 1.2 $(versus seine wall bare64 bare16)
    bar "within 1.2 times the CPU of the best bare loop" most 1.2 $(versus seine cpu bare64 bare16)
  }
}
