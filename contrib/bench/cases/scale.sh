# shellcheck shell=bash disable=SC2034,SC2154
case_title="the cost of a URL in a long list beside that in a short one"
case_unit=µs/URL

case_prepare() { :; }
case_report() {
  SHORT=$((list_count / 1000)) LONG=$((list_count / 10)) script_case scale length || return 1
  echo
  bar "a URL among $(thousands $((list_count / 10))) costs at most 1.1 of one among $(thousands $((list_count / 1000)))" most 1.1 \
    "$(sed -n 's/.*: \([0-9.]*\) times$/\1/p' "$work/said" | tail -n 1)"
}
