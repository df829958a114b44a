# shellcheck shell=bash disable=SC2034,SC2154
hosts=$((n / 2))
case_title="$(thousands "$n") URLs of 16 KB on $(thousands $hosts) hosts, each host once and then each once more, not stored"

case_prepare() {
  make_images 1
  start "$tools/server" "$work/www/000000.jpg" || return 1
  "$tools/urls" -n "$n" -s "$hosts" "$port" >"$work/list" || return 1
  local in_flight
  for in_flight in 64 1000; do
    contestant "seine$in_flight" "seine -j $in_flight --output-format none"
    contestant "once$in_flight" "bare loop -j $in_flight, no reuse, no DNS cache"
    contestant "defaults$in_flight" "bare loop -j $in_flight, libcurl's defaults" "$n" 1
  done
}

run_seine64() { seine_null -j 64 "$work/list"; }
check_seine64() { all_ok "$1"; }
run_once64() { measured "$bare" -j 64 --forbid-reuse --no-dns-cache "$work/list"; }
check_once64() { bare_ok "$1"; }
run_defaults64() { measured "$bare" -j 64 "$work/list"; }
check_defaults64() { bare_ok "$1"; }
run_seine1000() { seine_null -j 1000 "$work/list"; }
check_seine1000() { all_ok "$1"; }
run_once1000() { measured "$bare" -j 1000 --forbid-reuse --no-dns-cache "$work/list"; }
check_once1000() { bare_ok "$1"; }
run_defaults1000() { measured "$bare" -j 1000 "$work/list"; }
check_defaults1000() { bare_ok "$1"; }

case_report() {
  table
  echo
  local in_flight
  for in_flight in 64 1000; do
    # shellcheck disable=SC2046
    {
      bar "$in_flight in flight: within 1.3 times the CPU of a bare loop without reuse and DNS cache" most 1.3 \
        $(versus seine$in_flight cpu once$in_flight)
      bar "$in_flight in flight: 7 times as fast as a bare loop with libcurl's defaults" least 7 \
        $(versus seine$in_flight rate defaults$in_flight)
    }
  done
}
