# shellcheck shell=bash disable=SC2034,SC2154
# What the cases share: the build, servers, how a contestant is measured, what is reported. Sourced by run, which sets
# n, rounds, size, quick, list_count, top, here and work.

note() { echo "bench: $*" >&2; }
die() { note "$@"; exit 1; }
thousands() { sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<<"$1"; }

# ---- What is needed ----

peers="aria2 wget2 curl python3-requests python3-aiohttp wrk nginx dnsmasq-base time openssl ca-certificates"

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# In the background, so that a signal is answered at once, and in a process group of its own, of timeout's making, so
# that finish ends all of it.
grouped() {
  timeout -k 5 "$patience_s" "$@" &
  group_pid=$!
  wait "$group_pid"
  set -- $?
  group_pid=''
  [ "$1" != 124 ] || echo "not done after $patience_s s" >&2
  return "$1"
}

# Peers that cannot be installed are rows that say so.
install_packages() {
  command -v dpkg-query >/dev/null || return 0
  local missing=() package apt=()
  for package in $peers $([ -n "$BUILD" ] || "$top/contrib/needed"); do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "installing ${missing[*]}"
  [ "$(id -u)" = 0 ] || apt=(sudo)
  # RUNLEVEL=1: the packages' own services are not started.
  apt+=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -y -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update >"$work/apt.log" 2>&1
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$work/apt.log" 2>&1 ||
    { tail -n 5 "$work/apt.log" >&2; note "not installed: ${missing[*]}"; }
}

build() {
  if [ -z "$BUILD" ]; then
    echo "building seine"
    BUILD=$work/build
    mkdir "$BUILD" "$work/source"
    tar -C "$top" --exclude=./.git --exclude='./build*' --exclude=./config.status --exclude=./Makefile --exclude='*.o' \
      --exclude='*.lo' --exclude=.libs --exclude=.deps -cf - . | tar -C "$work/source" -xf -
    # shellcheck disable=SC2016
    grouped sh -c 'cd "$1" && ./autogen.sh && cd "$2" && "$1/configure"' sh "$work/source" "$BUILD" \
      >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; die "not configured"; }
  fi
  # The fault server is for the case manners.
  grouped make -C "$BUILD" -j"$(nproc)" all bench tests/server/faultserver >>"$work/build.log" 2>&1 ||
    { tail -n 30 "$work/build.log" >&2; die "not built"; }
  seine=$BUILD/seine faultserver=$BUILD/tests/server/faultserver bare=$BUILD/contrib/bench/bare
  tools=$BUILD/contrib/bench
}

# ---- Servers: each is ended with the case that started it ----

servers=()

raise_descriptors() { ulimit -n "$(ulimit -Hn)" 2>/dev/null; }

stop_servers() {
  local pid
  for pid in "${servers[@]}"; do
    kill "$pid" && wait "$pid"
  done 2>/dev/null
  servers=()
}

# make_images COUNT: $work/www/000000.jpg and so on, as long as they are not there.
make_images() {
  local have=0
  [ ! -f "$work/www.count" ] || have=$(<"$work/www.count")
  [ "$have" -ge "$1" ] || "$tools/images" "$work/www" "$1" "$size" || die "no images"
  [ "$have" -ge "$1" ] || echo "$1" >"$work/www.count"
}

# start_nginx [SERVER-LINES]: sets port. One worker, no access log, connections kept for good unless the lines say
# otherwise.
start_nginx() {
  local nginx descriptors root=$work/nginx wait try scheme=http
  case ${1-} in *ssl*) scheme=https ;; esac
  descriptors=$(ulimit -Sn)
  [ "$descriptors" != unlimited ] || descriptors=65536
  nginx=$(command -v nginx || echo /usr/sbin/nginx)
  [ -x "$nginx" ] || { echo "nginx is missing" >&2; return 1; }
  mkdir -p "$root"
  for try in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 12000))
    cat >"$root/nginx.conf" <<CONF
daemon off; master_process off; worker_processes 1; pid $root/pid; error_log $root/error.log;
events { worker_connections 8192; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
  keepalive_requests 1000000000; keepalive_timeout 600;
  open_file_cache max=$((descriptors / 2)) inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path $root/body; proxy_temp_path $root/proxy; fastcgi_temp_path $root/fastcgi;
  uwsgi_temp_path $root/uwsgi; scgi_temp_path $root/scgi;
  types { image/jpeg jpg; }
  server { listen 127.0.0.1:$port${1:+ $1}; root $work/www; }
}
CONF
    "$nginx" -p "$root" -c "$root/nginx.conf" 2>>"$root/start.log" &
    servers+=($!)
    for ((wait = 0; wait < 60; wait++)); do
      sleep 0.05
      kill -0 "${servers[-1]}" 2>/dev/null || break
      [ "$(curl -sk -o "$root/probe" -w '%{http_code}' "$scheme://127.0.0.1:$port/000000.jpg")" != 200 ] || return 0
    done
    echo "nginx does not start on port $port, attempt $try" >>"$root/start.log"
  done
  tail -n 5 "$root/start.log" "$root/error.log" >&2
  return 1
}

# serve_images COUNT [SERVER-LINES]: $work/list, of as many images as nginx serves.
serve_images() {
  make_images "$1"
  start_nginx "${@:2}" && seq -f "http://127.0.0.1:$port/%06.0f.jpg" 0 $(($1 - 1)) >"$work/list"
}

# start COMMAND...: a program that prints "port N" when it listens; sets port. That of server.c sets closed as well, a
# port that refuses connections.
start() {
  local wait said=$work/port.${#servers[@]}
  : >"$said"
  "$@" >"$said" &
  servers+=($!)
  for ((wait = 0; wait < 200; wait++)); do
    closed=$(sed -n 's/^closed //p' "$said")
    port=$(sed -n 's/^port //p' "$said")
    [ -z "$port" ] || return 0
    sleep 0.05
  done
  echo "$(basename "$1") does not start" >&2
  return 1
}

# An image of 2 KB, for the cases in which bodies are not what is measured: its path in small.
make_small() {
  small=$work/small/000000.jpg
  [ -f "$small" ] || "$tools/images" "$work/small" 1 2048
}

# ---- Contestants ----

# contestant KEY LABEL [COUNT [ROUNDS]]: run_KEY runs it, check_KEY, if there is one, says what is wrong with what it
# did.
contestant() {
  contestants+=("$1")
  labels[$1]=$2 counts[$1]=${3:-$count}
  turns[$1]=$(( ${4:-$rounds} < rounds ? ${4:-$rounds} : rounds ))
}

# Every command that is timed goes through here. It leaves its wall-clock seconds in $work/wall.
measured() {
  local begin=$EPOCHREALTIME code
  grouped /usr/bin/time -q -o "$work/time" -f '%U %S %M' "$@"
  code=$?
  awk -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN {printf "%.6f\n", end - begin}' >"$work/wall"
  return "$code"
}

# seine_fetch OPTION... LIST: to $work/out. Exit status 1 is for what some URLs came to; checks look at that.
seine_fetch() {
  measured "$seine" -q --progress none --summary "$work/summary" -o "$work/out" "$@" || [ $? = 1 ]
}

# KEY: the first of that name, as those of single hosts come later.
summary() { grep -o "\"$1\":[0-9]*" "$work/summary" | head -n 1 | cut -d: -f2; }

# Where all bodies are one body, finding that out is not what is measured.
seine_null() { seine_fetch --output-format none --dedup off "$@"; }

# What seine_fetch has to come to, and bare.
all_ok() {
  local good=$(($(summary ok) + $(summary duplicate)))
  [ "$good" = "$1" ] || echo "$good of $1 ended well"
}
ended_as() { # COUNT OK-COUNT
  local ended=$(($(summary ok) + $(summary failed)))
  [ "$ended" = "$1" ] || { echo "$ended rows of $1"; return; }
  [ "$(summary ok)" = "$2" ] || echo "$(summary ok) ended well, not $2"
}
bare_ok() { grep -q "^$1 transfers, 0 failed" "$work/said" || tail -n 1 "$work/said"; }

# Files of the right size, as many as there should be.
files_ok() {
  local got
  got=$(find "$work/out" -type f -name '*.jpg*' -size "${size}c" | wc -l)
  [ "$got" = "$1" ] || echo "$got files of $1"
}

# What the end of the run names once more.
failure() { printf '%s: %s\n' "$case" "$1" >>"$work/failures"; } # TEXT

# A row: KEY ROUND STATUS COUNT WALL CPU PEAK-MIB REASON, tab-separated; STATUS is ok or failed.
row() { (IFS=$'\t'; printf '%s\n' "$*") >>"$rows"; }

# The folder is new and the disk quiet before the clock starts. What was written is put aside and removed at the end of
# all: a file system that has just deleted much creates files several times slower.
one() { # KEY ROUND
  local reason='' figures
  mkdir -p "$work/out" "$work/done"
  rm -f "$work/time" "$work/wall" "$work/summary"
  sync
  if "run_$1" >"$work/said" 2>&1; then
    [ "$(type -t "check_$1")" != function ] || reason=$("check_$1" "${counts[$1]}")
  else
    reason=$(tail -n 1 "$work/said" | cut -c-120)
    reason=${reason:-exit status other than 0}
  fi
  figures=$(awk 'NR == FNR {wall = $1; next} {printf "%s\t%.2f\t%.1f", wall, $1 + $2, $3 / 1024}' \
    "$work/wall" "$work/time" 2>/dev/null)
  [ -n "$figures" ] || reason=${reason:-nothing was measured}
  mv "$work/out" "$work/done/$case.$1.$2"
  if [ -n "$reason" ]; then
    note "$case: $1: $reason"
    failure "${labels[$1]}: $reason"
    row "$1" "$2" failed "${counts[$1]}" '' '' '' "${reason//$'\t'/ }"
  else
    row "$1" "$2" ok "${counts[$1]}" "$figures" ''
  fi
}

# All of them in turn, round after round. One that failed is not tried again.
compete() {
  local round key
  for ((round = 1; round <= rounds; round++)); do
    for key in "${contestants[@]}"; do
      [ "$round" -le "${turns[$key]}" ] || continue
      ! grep -q "^$key	.*	failed	" "$rows" || continue
      one "$key" "$round"
    done
  done
}

# ---- Figures ----

# Of numbers, one a line: "median least most"; nothing if there are none.
spread() {
  sort -g | awk '{v[NR] = $1} END {
    if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1], v[NR]}'
}

# figures KEY wall|cpu|peak|rate: "median least most", of its rounds.
figures() {
  awk -F'\t' -v key="$1" -v what="$2" '$1 == key && $3 == "ok" {
    print what == "wall" ? $5 : what == "cpu" ? $6 : what == "peak" ? $7 : $4 / ($5 > 0 ? $5 : 1e-6)}' "$rows" | spread
}
median() { figures "$1" "$2" | cut -d' ' -f1; }
most() { figures "$1" "$2" | cut -d' ' -f3; }

# versus KEY wall|cpu|rate OTHER...: "median least most" of its figure divided by the best of the others', round by
# round, as what ran one after the other had the same machine. A round in which one of them did not run does not count.
versus() {
  local key=$1 what=$2
  shift 2
  awk -F'\t' -v key="$key" -v what="$what" -v others="$*" '
    BEGIN {count = split(others, other, " ")}
    $3 == "ok" {
      value[$1, $2] = what == "wall" ? $5 : what == "cpu" ? $6 : $4 / ($5 > 0 ? $5 : 1e-6)
      last = $2 > last ? $2 : last
    }
    END {
      for (round = 1; round <= last; round++) {
        best = ""
        for (i = 1; i <= count; i++) {
          if (!((other[i], round) in value)) {best = ""; break}
          one = value[other[i], round]
          if (best == "" || (what == "rate" ? one > best : one < best)) best = one
        }
        if (best > 0 && (key, round) in value) print value[key, round] / best
      }
    }' "$rows" | spread
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {if (a != "" && b != "" && b > 0) printf "%.3f\n", a / b}'; } # A B

# bar TEXT least|most|about LIMIT [VALUE [LEAST MOST]]: a line for the report, and one for the list of all bars. With
# about there is no limit: the figure is wanted, whatever it is.
bar() {
  local verdict value
  value=$(awk -v value="${4-}" -v least="${5-}" -v most="${6-}" '
    function short(v) {return sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : "%.3f", v)}
    BEGIN {if (value != "") print short(value) (least == most ? "" : " (" short(least) " - " short(most) ")")}')
  verdict=$(awk -v how="$2" -v limit="$3" -v value="${4-}" 'BEGIN {
    print value == "" ? "NOT MEASURED" : how == "about" ? "REPORTED" : \
          (how == "least" ? value + 0 >= limit + 0 : value + 0 <= limit + 0) ? "REACHED" : "MISSED"}')
  echo "bar: $1: ${value:+$value }$verdict"
  printf '%s\t%s\t%s\t%s\n' "$case" "$1" "$value" "$verdict" >>"$work/bars"
}

# point LABEL MEDIAN LEAST MOST: one bar of this case's group in the plot.
point() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$case" "$case_unit" "$1" "$2" "$3" "$4" >>"$work/plot"; }
# The same for a case that could not be measured at all.
no_case() { bar "all of $case" least 1 ''; point "$case" '' '' ''; }

table() {
  local key median least most cpu cpu_least cpu_most peak rate low high
  local layout='%-54s %9s %19s %9s %8s %15s %10s %9s %10s %6s\n'
  # shellcheck disable=SC2059
  printf "$layout" "" "median s" "min - max s" "$case_unit" "CPU s" "min - max CPU" "µs/URL" "peak MiB" "URLs" "rounds" |
    sed 's/µs/ &/' # µ is two bytes, which printf counts
  for key in "${contestants[@]}"; do
    read -r median least most < <(figures "$key" wall) || {
      printf '%-54s %s\n' "${labels[$key]}" "failed: $(awk -F'\t' -v key="$key" '$1 == key {reason = $8}
        END {print reason == "" ? "not run" : reason}' "$rows")"
      point "${labels[$key]}" '' '' ''
      continue
    }
    read -r rate low high < <(figures "$key" rate)
    read -r cpu cpu_least cpu_most < <(figures "$key" cpu)
    peak=$(most "$key" peak)
    # shellcheck disable=SC2059
    printf "$layout" "${labels[$key]}" "$(printf %.3f "$median")" "$(printf '%.3f - %.3f' "$least" "$most")" \
      "$(printf %.0f "$rate")" "$(printf %.2f "$cpu")" "$(printf '%.2f - %.2f' "$cpu_least" "$cpu_most")" \
      "$(awk -v cpu="$cpu" -v count="${counts[$key]}" 'BEGIN {printf "%.1f", cpu / count * 1e6}')" \
      "$(printf %.1f "$peak")" "$(thousands "${counts[$key]}")" "$(grep -c "^$key	.*	ok	" "$rows")"
    point "${labels[$key]}" "$rate" "$low" "$high"
  done
}
