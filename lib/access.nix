# The keys with which the login user of a node may log in to its new system: [ KEYS USER ], with the user where the home folder may have
# more of them. Null where other things let somebody in, or where keys are not known: whoever asks would be wrong.
{ lib }:
target: config:
let
  ssh = config.services.openssh;
  user = config.users.users.${target.user};
  inherit (user.openssh.authorizedKeys) keys keyFiles;
  home = "%h/.ssh/authorized_keys";
  readsHome = builtins.elem home ssh.authorizedKeysFiles;
  # NixOS itself writes one of these lines there.
  own = "AuthorizedKeysFile ${toString ssh.authorizedKeysFiles}";
  extra = lib.toLower (lib.replaceStrings [ own ] [ "" ] ssh.extraConfig);
  mentions = word: lib.hasInfix word extra;
in
if
  !target.local
  && target.user != null
  && config.users.users ? ${target.user}
  && ssh.enable
  && keyFiles == [ ]
  && (keys != [ ] || !readsHome)
  && lib.subtractLists [ home "/etc/ssh/authorized_keys.d/%u" ] ssh.authorizedKeysFiles == [ ]
  && (ssh.authorizedKeysCommand or "none") == "none"
  && (ssh.settings.TrustedUserCAKeys or null) == null
  && !(lib.any mentions [
    "authorizedkeys"
    "authorizedprincipals"
    "trustedusercakeys"
  ])
  && !(lib.any (lib.hasInfix "cert-authority") keys)
then
  [
    (lib.concatStringsSep "\n" keys)
    (if readsHome then target.user else "")
  ]
else
  null
