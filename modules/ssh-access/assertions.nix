# What can be wrong with people's access, found before anything is evaluated for a node.
{ lib, netlib }:
{
  table,
  settings,
  # Name of a person to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;
  inherit (netlib.ssh) bareKey;

  option = person: "ssh-access.users.${lib.strings.escapeNixIdentifier person}";
  failsIf =
    condition: people: message:
    lib.optional condition {
      assertion = false;
      message = "${message}${lib.concatStrings (lib.unique (map fileOf people))}.";
    };

  isLogin = login: builtins.match "[a-z_][a-z0-9_-]{0,30}" login != null;
  loginsOf = person: lib.unique (map (grant: grant.login) (grantsOf person));
  grantsOf = person: builtins.filter (grant: grant.person == person) table.grants;

  ofPerson =
    person: user:
    let
      others = removeAttrs settings.users [ person ];
      revokedHere = builtins.filter (key: builtins.elem (bareKey key) table.revoked) user.keys;
      elsewhere = lib.unique (
        lib.subtractLists settings.hosts (map (grant: grant.node) (grantsOf person))
      );
      twins = builtins.filter (
        other:
        person < other
        && lib.intersectLists (map bareKey user.keys) (map bareKey others.${other}.keys) != [ ]
      ) (builtins.attrNames others);
      badLogins = builtins.filter (login: !isLogin login) (loginsOf person);
    in
    failsIf (!isLogin person) [ person ] (
      "${option person}: ${quote person} cannot be the name of an account or a principal. "
      + "Take lower-case letters, digits, _ and -, starting with a letter or _"
    )
    ++ map (item: item // { cause = "no key of ${person}"; }) (
      failsIf (!user.left && user.keys == [ ] && grantsOf person != [ ]) [ person ] (
        "${option person}.keys is empty, but ${person} has access to ${
          quoteList (lib.unique (map (grant: grant.node) (grantsOf person)))
        }. Add a public key, or take the access away"
      )
    )
    ++ failsIf (!user.left && revokedHere != [ ]) [ person ] (
      "${option person}.keys has a key that is revoked (${builtins.head revokedHere}). Remove it from `keys`, or from `revokedKeys` of whoever says so"
    )
    ++ failsIf (badLogins != [ ]) [ person ] (
      "${option person}: ${quoteList badLogins} cannot be the name of an account. Take lower-case letters, digits, _ and -, starting with a letter or _"
    )
    ++ failsIf (elsewhere != [ ]) [ person ] (
      "${option person} has access to ${quoteList elsewhere}, which ssh-access.hosts leaves out. Add the node to ssh-access.hosts, or take the access away"
    )
    ++ lib.concatMap (
      other:
      failsIf true [ person other ] (
        "${option person} and ${option other} have the same key. Keys are a person's own: nobody could tell the two apart, or revoke one of them"
      )
    ) twins;
in
# What is no key is refused now, and not when somebody gets access with it.
lib.concatLists (
  lib.mapAttrsToList (
    person: user: builtins.deepSeq (user.keys ++ user.revokedKeys) (ofPerson person user)
  ) settings.users
)
