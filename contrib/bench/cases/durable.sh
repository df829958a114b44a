# shellcheck shell=bash disable=SC2034,SC2154
count=$((n / 4))
case_title="$(thousands $count) files of 16 KB from one host, with --durable and without"

case_prepare() {
  serve_images "$count" || return 1
  contestant plain "seine -j 64" "$count" 3
  contestant durable "seine -j 64 --durable" "$count" 3
  contestant after "seine -j 64, then sync" "$count" 3
}

run_plain() { seine_fetch -j 64 --per-host 64 "$work/list"; }
check_plain() { all_ok "$1" && files_ok "$1"; }
run_durable() { seine_fetch -j 64 --per-host 64 --durable "$work/list"; }
check_durable() { all_ok "$1" && files_ok "$1"; }
# What the disk takes for the same bytes and names in any case, once instead of by groups.
run_after() {
  local begin=$EPOCHREALTIME
  seine_fetch -j 64 --per-host 64 "$work/list" && sync -f "$work/out" || return 1
  awk -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN {printf "%.6f\n", end - begin}' >"$work/wall"
}
check_after() { all_ok "$1" && files_ok "$1"; }

case_report() {
  table
  echo
  echo "Files on $(df --output=fstype "$work" | tail -n 1)."
  # shellcheck disable=SC2046
  {
    bar "the time that --durable takes beside that without" about '' $(versus durable wall plain)
    bar "the same beside one sync at the end" about '' $(versus durable wall after)
  }
}
