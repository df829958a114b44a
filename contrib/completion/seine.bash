# Completion of seine's options for bash, out of what "seine --help" says. make install puts it
# where bash-completion looks; elsewhere, source it.

_seine() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} help
  COMPREPLY=()
  case $before in
  -n | --name) mapfile -t COMPREPLY < <(compgen -W 'url sha256 id path' -- "$word") ;;
  --output-format) mapfile -t COMPREPLY < <(compgen -W 'files none' -- "$word") ;;
  --input-format) mapfile -t COMPREPLY < <(compgen -W 'auto lines csv tsv json jsonl' -- "$word") ;;
  --quote-style) mapfile -t COMPREPLY < <(compgen -W 'auto double backslash none' -- "$word") ;;
  --dedup) mapfile -t COMPREPLY < <(compgen -W 'on off link' -- "$word") ;;
  --tls-min) mapfile -t COMPREPLY < <(compgen -W '1.2 1.3' -- "$word") ;;
  --progress) mapfile -t COMPREPLY < <(compgen -W 'auto bar plain none' -- "$word") ;;
  -o | --output) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
  *)
    if [[ $word == -* ]]; then
      help=$("$1" --help 2>/dev/null | sed -n 's/^  \(-[A-Za-z],\|   \) \(--[a-z0-9.-]*\).*/\2/p')
      mapfile -t COMPREPLY < <(compgen -W "$help" -- "$word")
    else
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
    ;;
  esac
}

complete -o filenames -F _seine seine
