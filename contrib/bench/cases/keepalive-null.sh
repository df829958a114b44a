# shellcheck shell=bash disable=SC2034,SC2154
case_title="$(thousands "$n") bodies of 16 KB from one host, connections kept, received and inspected, not stored"

# nginx holds these files open, and each goes by several names: on two processors what a server spends, on opening files
# among other things, is taken from a client with a second thread, and from bare, with one, it is not. Beside it, on an
# nginx of its own, as many files as URLs, each opened when it is asked for.
list_of_names() {
  local files=$((n / 4)) most=$(($(ulimit -Sn) / 2))
  [ "$files" -le "$most" ] || files=$most
  awk -v n="$n" -v files="$files" -v base="http://127.0.0.1:$port" \
    'BEGIN {for (i = 0; i < n; i++) printf "%s/%06d.jpg?%d\n", base, i % files, i / files}'
}

case_prepare() {
  serve_images "$n" || return 1
  mv "$work/list" "$work/list.opened"
  start_nginx || return 1
  list_of_names >"$work/list"
  few=$((n / 4))
  head -n "$few" "$work/list" >"$work/list.few"
  "$bare" -j 16 "$work/list" >"$work/said" || return 1 # so that nginx has them open
  rounds=$((rounds * 3)) # of a second each, of which some fall together with what else the machine does
  contestant seine "seine -j 64 --output-format none, inspected, hashed, manifest"
  contestant bare "bare loop -j 64, body to memory, dropped"
  contestant bare16 "bare loop -j 16"
  contestant seine_few "seine -j 64, $(thousands $few) of them" "$few"
  contestant bare_few "bare loop -j 64, $(thousands $few) of them" "$few"
  contestant seine_opened "seine -j 64, files opened for it"
  contestant bare_opened "bare loop -j 64, files opened for it"
  contestant wrk "wrk -t1 -c64, no libcurl, discards what it reads"
}

run_seine() { seine_fetch --output-format none -j 64 --per-host 64 "$work/list"; }
check_seine() { all_ok "$1"; }
run_bare() { measured "$bare" -j 64 "$work/list"; }
check_bare() { bare_ok "$1"; }
run_bare16() { measured "$bare" -j 16 "$work/list"; }
check_bare16() { bare_ok "$1"; }
run_seine_few() { seine_fetch --output-format none -j 64 --per-host 64 "$work/list.few"; }
check_seine_few() { all_ok "$1"; }
run_bare_few() { measured "$bare" -j 64 "$work/list.few"; }
check_bare_few() { bare_ok "$1"; }
run_seine_opened() { seine_fetch --output-format none -j 64 --per-host 64 "$work/list.opened"; }
check_seine_opened() { all_ok "$1"; }
run_bare_opened() { measured "$bare" -j 64 "$work/list.opened"; }
check_bare_opened() { bare_ok "$1"; }

# wrk goes by time, not by count: the same URLs in turn for 2 s, and from that what this count takes.
run_wrk() {
  cat >"$work/wrk.lua" <<LUA
local paths, at = {}, 0
for line in io.lines("$work/list") do paths[#paths + 1] = line:match("^http://[^/]*(.*)") end
request = function()
  at = at % #paths + 1
  return wrk.format(nil, paths[at])
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
    bar "the same where nginx opens each file" about '' $(versus seine_opened rate bare_opened)
    bar "seine's CPU beside the bare loop's" about '' $(versus seine cpu bare)
    bar "seine's rate beside wrk's" about '' $(versus seine rate wrk)
  }
}
