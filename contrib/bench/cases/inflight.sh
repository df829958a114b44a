# shellcheck shell=bash disable=SC2034,SC2154
# Five rounds of all places: the ideal takes ten seconds, beginning and end included.
delay_ms=2000 places=$((n / 5 > 8000 ? 8000 : n / 5)) few=$((n / 20))
case_title="$(thousands "$n") bodies of 16 KB that take $delay_ms ms each, $(thousands $places) in flight"

case_prepare() {
  local hosts=$((places / 4))
  make_images 1
  start "$tools/server" "$work/www/000000.jpg" || return 1
  "$tools/urls" -n "$few" -s "$hosts" "$port" >"$work/list.few"
  start "$tools/server" -d "$delay_ms" "$work/www/000000.jpg" || return 1
  "$tools/urls" -n "$n" -s "$hosts" "$port" >"$work/list"
  contestant seine "seine -j $places" "$n" 3
  contestant one "seine -j 1, without the wait: its memory" "$few" 1
}

run_seine() { seine_null -j "$places" "$work/list"; }
check_seine() { all_ok "$1"; }
run_one() { seine_null -j 1 "$work/list.few"; }
check_one() { all_ok "$1"; }

case_report() {
  table
  echo
  local ideal limit
  ideal=$((places * 1000 / delay_ms)) limit=$(awk -v places="$places" 'BEGIN {print 64 + places / 16}')
  awk -v many="$(median seine peak)" -v one="$(median one peak)" -v places="$places" 'BEGIN {
    if (many != "" && one != "") printf "A transfer in flight takes %.1f KiB.\n", (many - one) * 1024 / places}'
  # shellcheck disable=SC2046
  bar "at least 0.8 of the ideal $(thousands $ideal) a second" least $((ideal * 8 / 10)) $(figures seine rate)
  bar "peak MiB under $limit, 64 KiB for a transfer and 64 MiB" most "$limit" "$(most seine peak)"
}
