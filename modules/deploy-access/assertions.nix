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

  # One message for all nodes that have the same deployers.
  ofNodes =
    names:
    let
      node = table.nodes.${builtins.head names};
      count = builtins.length node.deployers;
      these = "the node${lib.optionalString (builtins.length names > 1) "s"} ${quoteList names}";
      who =
        if count == 0 then
          "no deployer is left for ${these}: after this deployment nobody could log in to deploy again"
        else
          "${these} ha${
            if builtins.length names > 1 then "ve" else "s"
          } ${toString count} deployer(s) (${quoteList node.deployers}), deploy-access.minimum is ${toString settings.minimum}";
      revoked = lib.optionalString (
        node.unable != [ ]
      ) " (${quoteList node.unable} has no key there, or only revoked ones)";
    in
    map (item: item // { causedBy = map (name: "no key of ${name}") node.unable; }) (
      failsIf (count < settings.minimum) files (
        "${who}${revoked}. Add ${quoteList names} to deploy-access.deployers.<name>.nodes of somebody with a key, "
        + "or to deploy-access.unmanaged when access is arranged elsewhere"
      )
    );
  groups = builtins.attrValues (
    lib.groupBy (name: builtins.toJSON { inherit (table.nodes.${name}) deployers unable; }) (
      builtins.attrNames table.nodes
    )
  );

  ofNode =
    name: node:
    failsIf (node.user == null) (nodeFileOf name) (
      "nodes.${name}.target.user is null, so deploy-access cannot know whose account deployers need. "
      + "Set it, for example to \"root\", or add ${quote name} to deploy-access.unmanaged"
    );

  ofUnable =
    name:
    map (item: item // { causedBy = [ "no key of ${name}" ]; }) (
      failsIf true (fileOf name) (
        "${option name} has no key that opens anything, as there is none or ssh-access revokes it. Add a key, or remove ${quote name}"
      )
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
lib.concatMap ofNodes groups
++ lib.concatLists (lib.mapAttrsToList ofNode table.nodes)
++ lib.concatMap ofUnable table.unable
++ lib.concatMap ofDeployer names
