#!/bin/sh
# A login shell that is none of POSIX: it knows bare words and words between quotes, as fish, nushell and csh do, says hello
# first, and refuses what these read in ways of their own.
echo 'Welcome to a shell that says something at every login.'
refuse() {
  echo "login shell: syntax error in: $2" >&2
  exit 123
}
[ "$1" = -c ] || refuse "$@"
rest=$2
newline='
'
case $rest in *\\\\* | *\\\'* | *!* | *"$newline"*) refuse "$@" ;; esac
text=$2
set --
while [ -n "$rest" ]; do
  case $rest in
    ' '*) rest=${rest# } ;;
    \'*)
      rest=${rest#\'}
      set -- "$@" "${rest%%\'*}"
      rest=${rest#*\'}
      case $rest in '' | ' '*) ;; *) refuse -c "$text" ;; esac
      ;;
    *)
      word=${rest%% *}
      case $word in *[!A-Za-z0-9_./-]*) refuse -c "$text" ;; esac
      set -- "$@" "$word"
      rest=${rest#"$word"}
      ;;
  esac
done
exec "$@"
