# shellcheck shell=bash disable=SC2034,SC2154
hosts=$((list_count / 5)) part=$((list_count / 100)) patience_s=$((600 + list_count / 5000))
case_title="a list of $(thousands "$list_count") URLs on $(thousands $hosts) hosts, half of which refuse connections"

case_prepare() {
  note "million: $(thousands "$list_count") URLs; at 10,000 to 20,000 a second they take $((list_count / 1200000)) to" \
    "$((list_count / 600000 + 1)) minutes (--list N makes it shorter)"
  make_small && start "$tools/server" -f "$work/first" "$small" || return 1
  "$tools/urls" -n "$list_count" -s $hosts "$port" "$closed" >"$work/list" &&
    "$tools/urls" -n $part -s $hosts "$port" >"$work/list.answered" &&
    "$tools/urls" -n $part -s $hosts "$closed" >"$work/list.refused" &&
    seq -f 'ftp://127.0.0.1/%.0f.jpg' $part >"$work/list.unusable" || return 1
  answering=$(grep -c ":$port/" "$work/list")
  contestant seine "seine -j 1000 --output-format none, the whole list" "$list_count" 1
  contestant answered "seine, a part of it, all hosts answer" $part 3
  contestant refused "seine, a part of it, all hosts refuse" $part 3
  contestant unusable "seine, as many URLs with a scheme that it refuses" $part 3
}

# No retries, which would be a matter of waiting.
fetch_list() { seine_null --retries 0 -j 1000 "$work/$1"; }

# The first contestant, so that the server's first request is one of its.
run_seine() {
  local begin=$EPOCHREALTIME
  fetch_list list || return 1
  first_after=$(awk -v begin="$begin" '{printf "%.3f\n", $1 - begin}' "$work/first")
}

check_seine() { ended_as "$1" "$answering"; }
run_answered() { fetch_list list.answered; }
check_answered() { ended_as "$1" "$1"; }
run_refused() { fetch_list list.refused; }
check_refused() { ended_as "$1" 0; }
run_unusable() { fetch_list list.unusable; }
check_unusable() { ended_as "$1" 0; }

case_report() {
  table
  echo
  local window_mb=100 base
  base=$(awk -v count="$list_count" 'BEGIN {printf "%.1f", 64 + count * 16 / 1048576}')
  echo "Peak memory may be $base MiB (64 MiB and 16 bytes a URL) and the window: 100,000 records, taken as 1 KiB each."
  bar "seconds from the start to the first request, 1 at most" most 1 "${first_after-}"
  bar "peak MiB under $base and the window's $window_mb" most \
    "$(awk -v a="$base" -v b=$window_mb 'BEGIN {print a + b}')" \
    "$(most seine peak)"
  # shellcheck disable=SC2046
  {
    bar "URLs a second, the whole list" about '' $(figures seine rate)
    bar "URLs a second where all hosts refuse" about '' $(figures refused rate)
    bar "URLs a second that are read, passed over and recorded" about '' $(figures unusable rate)
  }
}
