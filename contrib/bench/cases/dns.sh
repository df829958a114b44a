# shellcheck shell=bash disable=SC2034,SC2154
case_title="names that a name server on loopback answers, at once and after 200 ms"
case_unit=names/s

case_prepare() { :; }
case_report() { script_case dns; }
