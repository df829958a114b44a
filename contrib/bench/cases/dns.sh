# shellcheck shell=bash disable=SC2034,SC2154
count=$((n / 2)) delay_ms=200
case_title="$(thousands $count) names, each looked up and fetched from once, by way of a name server on loopback"
case_unit=names/s

# dnsmasq is given a file of all names. Without it, its row alone fails.
start_dnsmasq() {
  local dnsmasq wait
  dnsmasq=$(command -v dnsmasq || echo /usr/sbin/dnsmasq)
  [ -x "$dnsmasq" ] || { echo "dnsmasq is missing" >"$work/dnsmasq.log"; return 1; }
  awk -v n="$count" 'BEGIN {for (i = 1; i <= n; i++) printf "127.1.%d.%d h%d.test\n", i / 256 % 256, i % 256, i}' \
    >"$work/hosts"
  dnsmasq_port=$((20000 + RANDOM % 12000))
  "$dnsmasq" --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --addn-hosts="$work/hosts" \
    --port="$dnsmasq_port" --listen-address=127.0.0.1 --bind-interfaces --pid-file= --user="$(id -un)" \
    --log-facility="$work/dnsmasq.log" &
  servers+=($!)
  for ((wait = 0; wait < 100; wait++)); do
    ! grep -q 'read .*hosts' "$work/dnsmasq.log" 2>/dev/null || return 0
    kill -0 "${servers[-1]}" 2>/dev/null || break
    sleep 0.05
  done
  dnsmasq_port=''
  return 1
}

case_prepare() {
  local http
  make_small && start "$tools/server" "$small" || return 1
  http=$port
  awk -v n="$count" -v port="$http" 'BEGIN {for (i = 1; i <= n; i++) printf "http://h%d.test:%d/%d.jpg\n", i, port, i}' \
    >"$work/list"
  start "$tools/names" || return 1
  prompt=$port
  start "$tools/names" --delay "$delay_ms" || return 1
  late=$port dnsmasq_port=''
  start_dnsmasq
  contestant dnsmasq "seine -j 256, dnsmasq" "$count" 3
  contestant prompt "seine -j 256, a stub that answers at once" "$count" 3
  contestant late "seine -j 256, a stub that takes $delay_ms ms" "$count" 3
}

fetch_names() { seine_null -j 256 --dns-servers "127.0.0.1:$1" "$work/list"; } # PORT
run_dnsmasq() {
  [ -n "$dnsmasq_port" ] || { echo "dnsmasq does not start: $(tail -n 1 "$work/dnsmasq.log")"; return 1; }
  fetch_names "$dnsmasq_port"
}
check_dnsmasq() { all_ok "$1"; }
run_prompt() { fetch_names "$prompt"; }
check_prompt() { all_ok "$1"; }
run_late() { fetch_names "$late"; }
check_late() { all_ok "$1"; }

case_report() {
  table
  echo
  # shellcheck disable=SC2046
  {
    bar "over 3,000 names a second by dnsmasq" least 3000 $(figures dnsmasq rate)
    bar "over 1,500 names a second with $delay_ms ms for each answer" least 1500 $(figures late rate)
  }
}
