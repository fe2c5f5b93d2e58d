#!/bin/sh
# own-keys SSH-WORDS…: says so where all SSH keys of this user are known, and none of them is among those on stdin. The words are
# those of an ssh that would log in. Certificates and tickets let in whatever the keys are.
set -u
allowed=" $(tr '\n' ' ') "
known=no user=root

look() {
  while read -r type key rest; do
    case $type in
      *-cert-*) exit ;;
      ssh-* | ecdsa-* | sk-*) known=yes ;;
      *) continue ;;
    esac
    case $allowed in *" $key "*) exit ;; esac
  done
}

for file in ~/.ssh/*.pub; do if [ -r "$file" ]; then look <"$file"; fi; done
agent=$(ssh-add -L 2>/dev/null)
look <<END
$agent
END

# What ssh would take besides.
options=$(ssh -G "$@" 2>/dev/null) || exit 0
while read -r option value; do
  case $option:$value in
    user:*) user=$value ;;
    identityagent:SSH_AUTH_SOCK | pkcs11provider:none | certificatefile:none) ;;
    identityagent:* | pkcs11provider:* | certificatefile:* | hostbasedauthentication:yes) exit ;;
    gssapiauthentication:yes) if klist -s 2>/dev/null; then exit; fi ;;
    identityfile:*)
      case $value in \~/*) value=$HOME/${value#??} ;; esac
      # A key whose public half is not there may be any.
      if [ -r "$value.pub" ]; then look <"$value.pub"; elif [ -e "$value" ]; then exit; fi
      ;;
  esac
done <<END
$options
END
if [ "$known" = yes ]; then
  echo "none of your SSH keys is in \`users.users.$user.openssh.authorizedKeys\` of the new system: $user will not be let in any more," \
    "and a switch is rolled back because nobody can confirm it. Add your key there"
fi
