# What can be wrong within one VPN, found before anything is evaluated for a node.
# What several networks cannot have together is found for all modules alike, in `exports`.
{ lib, netlib }:
{
  instances,
  tables,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;
  isPublicKey = (import ../wireguard/keys.nix { inherit netlib; }).isPublicKey;

  failsIf =
    condition: message:
    lib.optional condition {
      assertion = false;
      inherit message;
    };
  located =
    name: map (item: item // { message = "${lib.removeSuffix "." item.message}${fileOf name}."; });

  optionOf = name: "wireguard-vpn.${lib.strings.escapeNixIdentifier name}";

  ofInstance =
    name: table:
    let
      option = optionOf name;
      memberOption =
        member:
        "${option}.${
          if table.servers ? ${member} then "servers" else "clients"
        }.${lib.strings.escapeNixIdentifier member}";
      both = builtins.attrNames (builtins.intersectAttrs table.servers table.clients);
    in
    import ../wireguard/interface-assertions.nix { inherit lib netlib; } {
      instance = name;
      inherit option;
      inherit (table) interface;
    }
    ++ import ../wireguard/address-assertions.nix { inherit lib netlib; } {
      inherit option memberOption;
      subnetTexts = instances.${name}.subnet;
      inherit (table) subnets members;
    }
    ++ failsIf (both != [ ]) (
      "${option}: ${quoteList both} cannot be server and client at once. Remove them from ${option}.clients."
    )
    ++ failsIf (table.servers == { } && table.clients != { }) (
      "${option} has clients but no server. Set ${option}.servers.<node>."
    )
    ++ lib.concatLists (lib.mapAttrsToList (ofServer memberOption) table.servers)
    ++ lib.optionals (table.servers != { }) (
      lib.concatLists (lib.mapAttrsToList (ofClient option memberOption table) table.clients)
    )
    ++ ofPresharedKeys option table;

  ofServer =
    memberOption: name: server:
    failsIf (server.endpoint == null) (
      "${memberOption name}: clients have nowhere to reach this server. Set nodes.${name}.addresses or ${memberOption name}.endpoint."
    );

  ofClient =
    option: memberOption: table: name: client:
    failsIf (!(table.servers ? ${client.server})) (
      "${memberOption name}.server: ${quote client.server} is no server of this VPN. Servers are: ${quoteList (builtins.attrNames table.servers)}."
    )
    ++
      failsIf
        (
          client.tunnel == "full"
          && table.servers ? ${client.server}
          && table.servers.${client.server}.internetGateway == null
        )
        (
          "${memberOption name}: everything goes through the tunnel, but its server ${quote client.server} does not lead to the Internet. "
          + "Set ${option}.servers.${client.server}.internetGateway.externalInterface, or ${memberOption name}.server to one that has it."
        )
    ++ failsIf (!client.isNode && client.publicKey == null) (
      "${memberOption name}: nobody gathers the key of an external. Make a key pair there and set externals.${name}.publicKeys.wireguard to the public half."
    )
    ++ failsIf (client.publicKey != null && !isPublicKey client.publicKey) (
      "${memberOption name}.publicKey: ${quote client.publicKey} is no WireGuard public key (32 bytes in base64)."
    )
    ++ failsIf (client.isNode && client.publicKey != null) (
      "${memberOption name}.publicKey is for externals: the keys of nodes are gathered. Remove it."
    );

  ofPresharedKeys =
    option: table:
    let
      # The names of facts are part of file names.
      tooLong = builtins.filter (
        name: table.members.${name}.isNode && builtins.stringLength "${table.fact}-psk-${name}" > 100
      ) (builtins.attrNames table.members);
    in
    failsIf (table.presharedKeys && tooLong != [ ]) (
      "${option}: with preshared keys the names of the instance and of a member have at most 81 characters together, which ${quoteList tooLong} exceed. Shorten the name of the instance."
    );

  # Only one tunnel can have everything.
  fullTunnels = lib.zipAttrs (
    lib.mapAttrsToList (
      instance: table:
      lib.mapAttrs (_: _: instance) (
        lib.filterAttrs (_: client: client.isNode && client.tunnel == "full") table.clients
      )
    ) tables
  );
in
lib.concatLists (lib.mapAttrsToList (name: table: located name (ofInstance name table)) tables)
++ lib.concatLists (
  lib.mapAttrsToList (
    node: names:
    failsIf (builtins.length names > 1) (
      "${lib.concatMapStringsSep " and " optionOf names} both want everything of the node ${quote node}. "
      + "Set clients.${node}.tunnel to \"split\" in all but one of them${lib.concatStrings (lib.unique (map fileOf names))}."
    )
  ) fullTunnels
)
