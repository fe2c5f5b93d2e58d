# Two owners with one public key: usually a machine that was cloned together with its private keys.
# Forces the facts that are there, so it is asked before systems are evaluated, not by the plan.
{
  lib,
  config,
  errors,
  sources,
  networks,
  ...
}:
let
  # Keys that are not gathered yet are no conflict; who needs them says so.
  known =
    entry:
    let
      tried = builtins.tryEval entry.key;
    in
    lib.optional (tried.success && tried.value != null) (entry // { key = tried.value; });

  ofKind =
    kind: keys:
    lib.mapAttrsToList (owner: key: {
      inherit owner key;
      from = sources.describe [
        "exports"
        "publicKeys"
        kind
        owner
      ];
    }) keys;

  ofNetwork =
    network:
    lib.mapAttrsToList (owner: member: {
      inherit owner;
      key = member.publicKey;
      from = sources.network network;
    }) network.members;

  entries =
    lib.concatLists (lib.mapAttrsToList ofKind config.exports.publicKeys)
    ++ lib.concatMap ofNetwork networks.all;

  shared = lib.filterAttrs (
    _: group: builtins.length (lib.unique (map (entry: entry.owner) group)) > 1
  ) (lib.groupBy (entry: entry.key) (lib.concatMap known entries));
in
lib.mapAttrsToList (
  key: group:
  let
    owners = lib.unique (map (entry: entry.owner) group);
  in
  "${errors.quoteList owners} have the same public key ${key}: ${
    lib.concatStringsSep " and " (lib.unique (map (entry: entry.from) group))
  }. "
  + "Remove the private key on all but one of them (a copy of a machine has its keys too) and run: netlib facts gather --on ${lib.concatStringsSep "," owners}"
) shared
