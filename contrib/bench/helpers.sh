# What the smaller measurements share: a folder, servers of their own, and what a run costs. To be sourced.
set -u
export LC_ALL=C
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

build=${BUILD:?set BUILD to a build directory, after: make bench}
build=$(cd "$build" && pwd) || exit 1
seine=$build/seine bench=$build/contrib/bench
servers=()
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/seine-bench.XXXXXX") || exit 1
chmod 755 "$work"
finish() {
  [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
ulimit -n "$(ulimit -Hn)" 2>/dev/null

die() { echo "bench: $*" >&2; exit 1; }

# serve PROGRAM OPTION...: starts one of the servers here, and sets `port`.
serve() {
  local said=$work/port.${#servers[@]}
  mkfifo "$said.in"
  : >"$said"
  "$bench/$1" "${@:2}" <>"$said.in" >"$said" &
  servers+=($!)
  for _ in {1..100}; do
    port=$(sed -n 's/^port //p' "$said")
    [ -z "$port" ] || return 0
    sleep 0.05
  done
  die "$1 does not start"
}

# cost COMMAND...: runs it, its words into $work/said; sets wall, cpu (user and system, seconds) and peak (KiB).
cost() {
  local begin=$EPOCHREALTIME
  /usr/bin/time -q -o "$work/time" -f '%U %S %M' "$@" >"$work/said" 2>&1
  local status=$?
  read -r user system peak <"$work/time"
  wall=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.3f", b - a}')
  cpu=$(awk -v a="$user" -v b="$system" 'BEGIN {printf "%.2f", a + b}')
  return $status
}

# seine_on LIST OPTION...: fetches it into nothing; all must end well.
seine_on() {
  rm -rf "$work/out"
  cost "$seine" -q --progress none --sink null --dedup off -o "$work/out" "${@:2}" "$1" ||
    { tail -n 3 "$work/said" "$work/out/manifest.jsonl" >&2; die "seine did not fetch all"; }
}

# median FILE: of a column of numbers.
median() { sort -n "$1" | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
