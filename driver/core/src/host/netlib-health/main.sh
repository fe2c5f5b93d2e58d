# shellcheck shell=sh disable=SC2034,SC2154
# --- the loop alone: for those who look at another machine, and for the deployer ---------------------------------------
#
# check MODE SECONDS DEADLINE CHECK…: whether all these checks are healthy for so many seconds (see loop.sh). As root below netlib's
# own folder, otherwise in a folder that nobody else can enter.

place=${TMPDIR:-/tmp}
case $(id -u):$root in
  0: | *:/*)
    private_folder "$runtime"
    place=$runtime
    ;;
esac
tidy_of_processes "$place/netlib-check."
folder=$(mktemp -d "$place/netlib-check.$$.XXXXXX") || refuse_state "$place"
trap 'end_probes; rm -rf -- "$folder"' EXIT
trap 'exit 1' HUP INT TERM PIPE
mode=$2 healthy_time=$3 deadline=$4 verdict_word=no
shift 4
printf '%s\n' "$@" >"$folder/checks" || refuse_state "$place"
read_stat "/proc/$$/stat" 1
reader=$field
# What is said of it meanwhile is for people.
exec 3>&1 >&2
if watch_health "$mode" "$healthy_time" "$deadline" "$folder/work" <"$folder/checks"; then verdict_word=yes; fi
exec >&3
emit healthy "$verdict_word"
emit verdict "$verdict"
for place in "$bench"/[0-9]*; do
  read -r name <"$place/name"
  read -r health since reason <"$place/state"
  if [ "$health" = healthy ]; then health=yes; fi
  emit 'check[]' "$name$tab$health$tab$reason"
done
