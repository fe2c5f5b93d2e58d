# That every node keeps its deployers, found before anything is evaluated for a node.
{ lib, netlib }:
{
  table,
  settings,
  # Name of a deployer to ", in `file'"; the files of all deployers; name of a node to its files.
  fileOf,
  files,
  nodeFileOf,
}:
let
  inherit (netlib.errors) quote quoteList;
  inherit (netlib.ssh) bareKey;

  failsIf =
    condition: where: message:
    lib.optional condition {
      assertion = false;
      message = "${message}${where}.";
    };
  filesOf = names: lib.concatStrings (lib.unique (map fileOf names));

  option = name: "deploy-access.deployers.${lib.strings.escapeNixIdentifier name}";

  ofNode =
    name: node:
    let
      count = builtins.length node.deployers;
      who =
        if count == 0 then
          "no deployer is left for the node ${quote name}: after this deployment nobody could log in to deploy again"
        else
          "the node ${quote name} has ${toString count} deployer(s) (${quoteList node.deployers}), deploy-access.minimum is ${toString settings.minimum}";
      revoked = lib.optionalString (
        node.unable != [ ]
      ) " (${quoteList node.unable} has no key there, or only revoked ones)";
    in
    failsIf (count < settings.minimum) files (
      "${who}${revoked}. Add ${quote name} to deploy-access.deployers.<name>.nodes of somebody with a key, "
      + "or to deploy-access.unmanaged when its access is arranged elsewhere"
    )
    ++ failsIf (node.user == null) (nodeFileOf name) (
      "nodes.${name}.target.user is null, so deploy-access cannot know whose account deployers need. "
      + "Set it, for example to \"root\", or add ${quote name} to deploy-access.unmanaged"
    );

  ofUnable =
    name:
    failsIf true (fileOf name) (
      "${option name} has no key that opens anything, as there is none or ssh-access revokes it. Add a key, or remove ${quote name}"
    );

  names = builtins.attrNames settings.deployers;
  keysOf = name: map bareKey settings.deployers.${name}.keys;
  ofDeployer =
    name:
    let
      twins = builtins.filter (
        other: name < other && lib.intersectLists (keysOf name) (keysOf other) != [ ]
      ) names;
    in
    lib.concatMap (
      other:
      failsIf true
        (filesOf [
          name
          other
        ])
        (
          "${option name} and ${option other} have the same key, so they are one deployer and not two. Give each a key of its own"
        )
    ) twins;
in
lib.concatLists (lib.mapAttrsToList ofNode table.nodes)
++ lib.concatMap ofUnable table.unable
++ lib.concatMap ofDeployer names
