# shellcheck shell=sh
# ask FACT PROGRAM: what the program prints is the fact.
ask() {
  value=$("$2")
  printf '{"fact":{"%s":"%s"}}\n' "$1" "$(printf '%s' "$value" | sed 's/[\\"]/\\&/g')" >&3
}
