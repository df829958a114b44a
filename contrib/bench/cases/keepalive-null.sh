# shellcheck shell=bash disable=SC2034,SC2154
case_title="$(thousands "$n") bodies of 16 KB from one host, connections kept, received and inspected, not stored"

case_prepare() {
  serve_images "$n" || return 1
  few=$((n / 4))
  head -n "$few" "$work/list" >"$work/list.few"
  contestant seine "seine -j 64 --sink null, inspected, hashed, manifest"
  contestant bare "bare loop -j 64, body to memory, dropped"
  contestant bare16 "bare loop -j 16"
  contestant seine_few "seine -j 64, $(thousands $few) of them" "$few"
  contestant bare_few "bare loop -j 64, $(thousands $few) of them" "$few"
  contestant wrk "wrk -t1 -c64, no libcurl, discards what it reads"
}

run_seine() { seine_fetch --sink null -j 64 --per-host 64 "$work/list"; }
check_seine() { all_ok "$1"; }
run_bare() { measured "$bare" -j 64 "$work/list"; }
check_bare() { bare_ok "$1"; }
run_bare16() { measured "$bare" -j 16 "$work/list"; }
check_bare16() { bare_ok "$1"; }
run_seine_few() { seine_fetch --sink null -j 64 --per-host 64 "$work/list.few"; }
check_seine_few() { all_ok "$1"; }
run_bare_few() { measured "$bare" -j 64 "$work/list.few"; }
check_bare_few() { bare_ok "$1"; }

# wrk goes by time, not by count: the files in turn for 2 s, and from that what this count takes.
run_wrk() {
  cat >"$work/wrk.lua" <<LUA
local at = 0
request = function()
  at = (at + 1) % $n
  return wrk.format(nil, string.format("/%06d.jpg", at))
end
LUA
  measured wrk -t1 -c64 -d2s -s "$work/wrk.lua" "http://127.0.0.1:$port" || return 1
  local rate
  rate=$(sed -n 's/^Requests.sec: *//p' "$work/said")
  awk -v part="$(ratio "$n" "${rate}e-6")e-6" -v wall="$(<"$work/wall")" '{print $1 * part / wall, $2 * part / wall, $3}' \
    "$work/time" >"$work/time.part" && mv "$work/time.part" "$work/time"
  ratio "$n" "$rate" >"$work/wall"
}
check_wrk() { grep -E 'Socket errors|Non-2xx' "$work/said"; }

case_report() {
  table
  echo
  echo "wrk runs for 2 s, and its figures are for the part of them that these URLs take."
  # shellcheck disable=SC2046
  {
    bar "at least 0.9 of the bare loop's rate at 64 in flight" least 0.9 $(versus seine rate bare)
    bar "at least 0.8 of it with $(thousands "$few") URLs" least 0.8 $(versus seine_few rate bare_few)
    bar "seine's CPU beside the bare loop's" about '' $(versus seine cpu bare)
    bar "seine's rate beside wrk's" about '' $(versus seine rate wrk)
  }
}
