# shellcheck shell=bash disable=SC2034,SC2154
case_title="$(thousands "$n") files of 16 KB from one host, with --durable and without"

case_prepare() {
  serve_images "$n" || return 1
  contestant plain "seine -j 64"
  contestant durable "seine -j 64 --durable"
  contestant after "seine -j 64, then sync"
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
  echo "--durable takes $(ratio "$(median durable wall)" "$(median plain wall)") times as long as without," \
    "$(ratio "$(median durable wall)" "$(median after wall)") times as long as one sync at the end;" \
    "files on $(df --output=fstype "$work" | tail -n 1)."
}
