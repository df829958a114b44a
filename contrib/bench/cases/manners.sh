# shellcheck shell=bash disable=SC2034,SC2154
# Forty hosts, of which each answers eight requests at a time and takes 20 ms.
hosts=40 each=$((n / 80 > 0 ? n / 80 : 1)) dead=$((n / 4)) count=$((hosts * each))
case_title="$(thousands $count) URLs sorted by host beside the same list shuffled, and $(thousands $dead) of a dead host"

case_prepare() {
  local host
  start "$faultserver" --addresses "127.0.0.1-127.0.0.$hosts" || return 1
  for ((host = 1; host <= hosts; host++)); do
    seq -f "http://127.0.0.$host:$port/img/jpeg/%.0f?size=2000&delay=20" "$each"
  done >"$work/list.sorted"
  shuf --random-source=<(yes) "$work/list.sorted" >"$work/list.shuffled"
  make_small && start "$tools/server" "$small" || return 1
  seq -f "http://127.0.0.1:$closed/%.0f.jpg" "$dead" >"$work/list.dead"
  contestant shuffled "seine -j 256 --per-host 8, shuffled" "$count" 3
  contestant sorted "seine -j 256 --per-host 8, sorted by host" "$count" 3
  contestant dead "seine -j 256 --per-host 8, a dead host" "$dead" 3
}

fetch_politely() { seine_null -j 256 --per-host 8 "$work/$1"; } # LIST
run_shuffled() { fetch_politely list.shuffled; }
check_shuffled() { all_ok "$1"; }
run_sorted() { fetch_politely list.sorted; }
check_sorted() { all_ok "$1"; }
run_dead() { fetch_politely list.dead; }
check_dead() { ended_as "$1" 0; }

case_report() {
  table
  echo
  # shellcheck disable=SC2046
  bar "sorted by host within 1.2 times the time of the list shuffled" most 1.2 $(versus sorted wall shuffled)
}
