# shellcheck shell=bash
# Start of every activation script: the functions its snippets call, and the bookkeeping of failures.
# shellcheck source-path=SCRIPTDIR source=state.sh

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 0022
: "${NIXOS_ACTION:=activate}"
export NIXOS_ACTION

library=${BASH_SOURCE[0]%/*}
for part in state etc blocks accounts units host; do
    # shellcheck disable=SC1090
    . "$library/$part.sh"
done
unset part

# A failing command of a snippet is noted, and the rest still runs.
_status=0
_localstatus=0
trap '_localstatus=$?; _status=1' ERR

stub_report_snippet() {
    [ "$2" = 0 ] || echo "activation: the snippet '$1' failed with status $2" >&2
}
