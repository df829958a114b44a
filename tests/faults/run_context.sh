# shellcheck shell=bash
# What the scenes on a file system of their own share: each is sourced into a script that has mount_disk (mounts one at
# ./disk). The script runs in a mount namespace and a folder of its own, beside the server.
# SEINE: the command. FAULTSERVER: the server.
set -u
export LC_ALL=C
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY

# enter NAME ["$@"]: goes on with the rest of the script inside; where it cannot, as mounting is not allowed, it is
# skipped.
enter() {
  name=$1
  shift
  if [ "${1-}" != inside ]; then
    seine=$(realpath "${SEINE:-./seine}")
    faultserver=$(realpath "${FAULTSERVER:-./tests/server/faultserver}")
    export SEINE=$seine FAULTSERVER=$faultserver
    work=$(mktemp -d "${TMPDIR:-/tmp}/seine-$name.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    local user=-r
    [ "$(id -u)" != 0 ] || user=
    # shellcheck disable=SC2086
    unshare $user -m "$0" inside "$work"
    local code=$?
    [ -f "$work/entered" ] && exit "$code"
    echo "SKIP $name: a file system cannot be mounted here"
    exit 77
  fi
  cd "$2" || exit 1
  mkdir disk
  mount_disk 2>/dev/null && umount disk || exit 1
  : >entered
  coproc "$FAULTSERVER" --with-parent
  server_pid=$COPROC_PID
  trap 'kill $server_pid' EXIT
  read -r _ port <&"${COPROC[0]}"
  passed=0 failed=0
}

complain() { complaints+="    $*"$'\n'; }

# fetch EXPECTED-STATUS LIST OPTION...
fetch() {
  local want=$1 list=$2
  shift 2
  timeout -k 5 120 "$SEINE" --progress none -o disk/out --retries 1 --retry-delay 0.01 "$@" "$list" >stdout 2>stderr
  status=$?
  [ $status = "$want" ] || complain "exit status $status instead of $want: $(head -c 600 stderr)"
}

ok_rows() { grep -c '"status":"ok"' disk/out/manifest.jsonl; }

# Every row that is ok names a file with its digest.
check_files() {
  sed -n 's/.*"status":"ok","path":"\([^"]*\)","sha256":"\([^"]*\)".*/\2  \1/p' disk/out/manifest.jsonl >sums
  (cd disk/out && sha256sum --quiet -c "$OLDPWD/sums") >wrong 2>&1 ||
    complain "rows that are not true: $(head -n 3 wrong)"
}

# And there is no other file than those.
check_rows() {
  local unfinished
  check_files
  unfinished=$(find disk -name '*.part' | head -n 3)
  [ -z "$unfinished" ] || complain "leftovers: $unfinished"
}

# What the run said of it, by a basic regular expression, and of what to do.
check_said() {
  grep -q "$1" stderr || complain "it is not said what the matter is: $(head -c 600 stderr)"
  grep -q 'run the same command again' stderr || complain "it is not said what to do: $(head -c 600 stderr)"
}

# score NAME DETAIL
score() {
  if [ -z "$complaints" ]; then
    passed=$((passed + 1))
    echo "ok - $1: $2"
  else
    failed=$((failed + 1))
    printf 'not ok - %s\n%s' "$1" "$complaints"
  fi
}

finish() {
  echo "$name: $passed passed, $failed failed"
  [ $failed = 0 ]
}
