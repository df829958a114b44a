# shellcheck shell=bash disable=SC2034,SC2154
case_title="what a worker spends on one body of 16 KB: its type, its SHA-256, whether it ends"
case_unit="µs"

case_prepare() { make_images 1; }

case_report() {
  local looks=2000 name median least most
  [ -z "$quick" ] || looks=200
  "$tools/inspect" "$rounds" $looks "$work/www/000000.jpg" >"$work/inspect" ||
    { failure "the measurement ended with $?"; tail -n 1 "$work/failures"; no_case; return 1; }
  printf '%-10s %9s %19s\n' "" "median µs" "min - max µs"
  for name in JPEG PNG GIF WebP AVIF HTML; do
    read -r median least most < <(awk -F'\t' -v name="$name" '$1 == name {print $2}' "$work/inspect" | sort -n | awk '
      {v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1], v[NR]}')
    printf '%-10s %9.2f %19s\n' "$name" "$median" "$least - $most"
    point "$name" "$median" "$least" "$most"
    [ "$name" != JPEG ] || jpeg=$median
  done
  echo
  echo "$looks looks in each of $rounds rounds."
  bar "a JPEG of 16 KB in under 40 µs" most 40 "${jpeg-}"
}
