# shellcheck shell=bash disable=SC2034,SC2154
case_title="$(thousands "$n") files of 16 KB from one host; seine also inspects them, hashes them and writes its manifest"

case_prepare() {
  serve_images "$n" || return 1
  few=$((n / 4))
  head -n "$few" "$work/list" >"$work/list.few"
  # The slow ones: enough of the files for a rate.
  tenth=$((n / 10))
  head -n "$tenth" "$work/list" >"$work/list.tenth"
  local list
  for list in list list.few; do
    awk -F/ -v out="$work/out" '{printf "url = \"%s\"\noutput = \"%s/%s\"\n", $0, out, $NF}' "$work/$list" \
      >"$work/curl.$list"
  done
  contestant seine "seine -j 64"
  contestant curl50 "curl -Z --parallel-max 50"
  contestant curl300 "curl -Z --parallel-max 300"
  contestant seine_few "seine -j 64, $(thousands "$few") of them" "$few"
  contestant curl50_few "curl -Z --parallel-max 50, $(thousands "$few") of them" "$few"
  contestant wget5 "wget2 --max-threads 5" "$few" 3
  contestant wget20 "wget2 --max-threads 20" "$few" 3
  contestant aiohttp "aiohttp, 64 workers, SHA-256" "$few" 3
  contestant requests "requests, 12 threads, SHA-256" "$tenth" 3
  contestant aria2 "aria2c -j 16" "$tenth" 3
}

run_seine() { seine_fetch -j 64 --per-host 64 "$work/list"; }
check_seine() { all_ok "$1" && files_ok "$1"; }
run_seine_few() { seine_fetch -j 64 --per-host 64 "$work/list.few"; }
check_seine_few() { check_seine "$1"; }
curl_fetch() { measured curl -q -sS --no-progress-meter -Z --parallel-max "$1" -K "$work/curl.$2"; } # PARALLEL LIST
run_curl50() { curl_fetch 50 list; }
check_curl50() { files_ok "$1"; }
run_curl300() { curl_fetch 300 list; }
check_curl300() { files_ok "$1"; }
run_curl50_few() { curl_fetch 50 list.few; }
check_curl50_few() { files_ok "$1"; }

# HOME is another, as it keeps a file of HSTS there. Extended attributes and cookies are work that nobody asked for
# here.
wget2_fetch() {
  HOME=$work measured wget2 -q --max-threads "$1" --no-xattr --no-cookies --no-hsts --progress none --no-robots \
    -P "$work/out" -i "$work/list.few"
}
run_wget5() { wget2_fetch 5; }
check_wget5() { files_ok "$1"; }
run_wget20() { wget2_fetch 20; }
check_wget20() { files_ok "$1"; }

# One connection and one piece for a file, as small ones have no pieces. Nothing is allocated ahead, nothing is said.
run_aria2() {
  measured aria2c -q --no-conf=true -j 16 -x 1 -s 1 --file-allocation=none --allow-overwrite=true \
    --auto-file-renaming=false --summary-interval=0 --download-result=hide --max-download-result=0 \
    -d "$work/out" -i "$work/list.tenth"
}
check_aria2() { files_ok "$1"; }

# Debian's own Python, which is the one that the packages are for.
run_aiohttp() { measured /usr/bin/python3 "$here/peers/aiohttp_pool.py" -j 64 "$work/list.few" "$work/out"; }
check_aiohttp() { files_ok "$1"; }
run_requests() { measured /usr/bin/python3 "$here/peers/requests_pool.py" -j 12 "$work/list.tenth" "$work/out"; }
check_requests() { files_ok "$1"; }

# shellcheck disable=SC2046
faster_than() { bar "$3" least "$2" $(versus seine rate "$1"); } # KEY TIMES TEXT

case_report() {
  table
  echo
  echo "wget2 and aiohttp fetch $(thousands "$few") of the files, requests and aria2 $(thousands "$tenth")," \
    "as they are slow; what is compared are the rates."
  faster_than curl50 1 "faster than curl -Z at 50"
  faster_than curl300 1 "faster than curl -Z at 300"
  # shellcheck disable=SC2046
  bar "faster than curl -Z at 50 with $(thousands "$few") files" least 1 $(versus seine_few rate curl50_few)
  faster_than aria2 10 "10 times as fast as aria2"
  faster_than requests 10 "10 times as fast as requests in a pool"
  faster_than aiohttp 4 "4 times as fast as aiohttp"
  # shellcheck disable=SC2046
  bar "seine's rate beside that of wget2, the faster of both" about '' $(versus seine rate wget5 wget20)
}
