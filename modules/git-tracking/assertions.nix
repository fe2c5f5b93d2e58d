# What is refused: keys that sign nothing.
{ lib, netlib }:
{ settings, definedIn }:
let
  ofPerson =
    person: keys:
    map (key: {
      assertion = false;
      message =
        "git-tracking.signers.${person}: ${netlib.errors.quoteWord key} is not a whole SSH public key. Copy the line of the .pub file"
        + "${definedIn "signers"}.";
    }) (builtins.filter (key: !netlib.ssh.isPublicKey key) keys)
    ++ lib.optional (builtins.match "[A-Za-z0-9._@-]+" person == null) {
      assertion = false;
      message = "git-tracking.signers: ${netlib.errors.quoteWord person} cannot be a name. Use letters, digits and `.`, `_`, `@`, `-`${definedIn "signers"}.";
    };
in
lib.concatLists (lib.mapAttrsToList ofPerson settings.signers)
++ lib.optional (settings.requireSignedCommits && settings.signers == { }) {
  assertion = false;
  message = "git-tracking.requireSignedCommits is set, and git-tracking.signers is empty, so nothing could be deployed. Set the public keys of those who may${definedIn "requireSignedCommits"}.";
}
