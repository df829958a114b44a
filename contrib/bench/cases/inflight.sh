# shellcheck shell=bash disable=SC2034,SC2154
case_title="bodies that take 2 s each, thousands of them in flight"

case_prepare() { :; }
case_report() { script_case inflight; }
