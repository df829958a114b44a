# shellcheck shell=bash disable=SC2034,SC2154
case_title="a rerun over a list that is done"

case_prepare() { :; }
case_report() { script_case resume; }
