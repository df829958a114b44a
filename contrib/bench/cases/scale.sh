# shellcheck shell=bash disable=SC2034,SC2154
long=$((list_count / 10)) short=$((list_count / 100 > 10000 ? 10000 : list_count / 100))
case_title="the processor time of a URL among $(thousands $long), beside that of one among $(thousands $short)"

# The long list is as many lists like the short one, each on hosts of its own: two URLs on a host, and as much between
# them, so that only the length differs.
list_of() { # URLS
  awk -v n="$1" -v short="$short" -v port="$port" 'BEGIN {
    half = int((short + 1) / 2)
    for (i = 0; i < n; i++) {
      host = int(i / short) * half + i % short % half
      printf "http://127.%d.%d.%d:%d/%d.jpg\n", 1 + host / 62500, host / 250 % 250 + 1, host % 250 + 1, port, i
    }}'
}

case_prepare() {
  make_small && start "$tools/server" "$small" || return 1
  list_of "$short" >"$work/list.short"
  list_of "$long" >"$work/list.long"
  list_of 1 >"$work/list.start"
  contestant short "seine -j 256, $(thousands "$short") URLs" "$short"
  contestant long "seine -j 256, $(thousands "$long") URLs" "$long" 2
  contestant start "seine, one URL: the start" 1
}

run_short() { seine_null -j 256 "$work/list.short"; }
check_short() { all_ok "$1"; }
run_long() { seine_null -j 256 "$work/list.long"; }
check_long() { all_ok "$1"; }
run_start() { seine_null -j 256 "$work/list.start"; }
check_start() { all_ok "$1"; }

# What a URL takes without the start, in µs.
cost() { # KEY COUNT
  awk -v all="$(median "$1" cpu)" -v start="$(median start cpu)" -v n="$2" 'BEGIN {
    if (all != "" && start != "") printf "%.2f\n", (all - start) / n * 1e6}'
}

case_report() {
  table
  echo
  local in_short in_long
  in_short=$(cost short "$short") in_long=$(cost long "$long")
  echo "Without the start, a URL takes $in_short µs in the short list, $in_long µs in the long one."
  bar "a URL among $(thousands "$long") takes at most 1.1 times the CPU of one among $(thousands "$short")" most 1.1 \
    "$(ratio "$in_long" "$in_short")"
}
