# shellcheck shell=bash disable=SC2034,SC2154
count=$((list_count / 10))
case_title="a rerun over a list of $(thousands $count) URLs that are all done"

# What an earlier run would have left. The digests differ, as those of real files do, so that what tells equal bytes
# apart is at work too.
write_past() {
  awk -v n="$count" -v port="$port" -v list="$work/list" -v manifest="$work/manifest.jsonl" 'BEGIN {
    for (i = 0; i < n; i++) {
      url = sprintf("http://127.0.0.%d:%d/photos/%03d/%08d_large.jpg", i % 40 + 1, port, i % 1000, i)
      print url >list
      printf "{\"id\":%d,\"url\":\"%s\",\"status\":\"ok\",\"path\":\"%08d_large-%08x.jpg\",\"sha256\":\"%08x%056d\"," \
             "\"bytes\":%d,\"media_type\":\"image/jpeg\",\"width\":640,\"height\":480,\"trailing_bytes\":0,\"http_status\":200," \
             "\"error\":null,\"message\":null,\"retryable\":null,\"attempts\":1,\"final_url\":null,\"content_type\":\"image/jpeg\"," \
             "\"etag\":null,\"last_modified\":null,\"ip\":\"203.0.113.9\",\"started_at\":\"2026-11-21T07:30:00.123Z\"," \
             "\"elapsed_ms\":41}\n", i + 1, url, i, i, i, i, 15000 + i % 1000 >manifest
    }}'
}

case_prepare() {
  make_small && start "$tools/server" -f "$work/asked" "$small" && write_past || return 1
  past_bytes=$(stat -c %s "$work/manifest.jsonl")
  head -n 1 "$work/list" >"$work/list.one"
  contestant all "seine, the whole list" "$count"
  contestant one "seine, one URL of it: reading the manifest" "$count"
}

# A copy, as a manifest with another name elsewhere is refused.
rerun() { cp --reflink=auto "$work/manifest.jsonl" "$work/out/manifest.jsonl" && seine_fetch "$work/$1"; } # LIST
nothing_done() { # COUNT
  [ "$(summary done_before)" = "$1" ] || { echo "$(summary done_before) of $1 were known to be done"; return; }
  [ ! -e "$work/asked" ] || { echo "a request was made"; return; }
  [ "$(stat -c %s "$work/manifest.jsonl")" = "$past_bytes" ] || echo "rows were added"
}
run_all() { rerun list; }
check_all() { nothing_done "$1"; }
run_one() { rerun list.one; }
check_one() { nothing_done 1; }

case_report() {
  table
  echo
  # shellcheck disable=SC2046
  {
    bar "seconds to pass over $(thousands "$count") finished URLs, 3 at most" most 3 $(figures all wall)
    bar "peak MiB under 64" most 64 "$(most all peak)"
    bar "1,000,000 rows of the manifest read in a second" least 1000000 $(figures one rate)
  }
}
