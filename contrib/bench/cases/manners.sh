# shellcheck shell=bash disable=SC2034,SC2154
case_title="a list sorted by host beside the same list shuffled, and one dead host"
case_unit=s

case_prepare() { :; }
case_report() { script_case manners; }
