# What can be wrong within one mesh, found before anything is evaluated for a node.
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

  # Ends the messages of an instance with the files that define it.
  located =
    name: map (item: item // { message = "${lib.removeSuffix "." item.message}${fileOf name}."; });

  ofInstance =
    name: table:
    let
      option = "wireguard-mesh.${lib.strings.escapeNixIdentifier name}";
      memberOption = member: "${option}.members.${lib.strings.escapeNixIdentifier member}";
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
    ++ lib.concatLists (lib.mapAttrsToList (ofMember memberOption) table.members)
    ++ unreachable option table
    ++ lib.concatMap (ofRelay option table) table.relays
    ++ ofPresharedKeys option table;

  ofMember =
    memberOption: name: member:
    failsIf (member.endpoint != null && member.listenPort == null) (
      "${memberOption name}: there is an endpoint (${member.endpoint}) but no listenPort. Set the port that packets for the endpoint arrive at."
    )
    ++ failsIf (!member.isNode && member.publicKey == null) (
      "${memberOption name}: nobody gathers the key of an external. Make a key pair there and set externals.${name}.publicKeys.wireguard to the public half."
    )
    ++ failsIf (!member.isNode && member.publicKey != null && !isPublicKey member.publicKey) (
      "${memberOption name}.publicKey: ${quote member.publicKey} is no WireGuard public key (32 bytes in base64)."
    )
    ++ failsIf (member.isNode && member.publicKey != null) (
      "${memberOption name}.publicKey is for externals: the keys of nodes are gathered. Remove it."
    );

  unreachable =
    option: table:
    let
      withoutRelay = builtins.filter (name: table.hidden.${name}.relay == null) (
        builtins.attrNames table.hidden
      );
      hidden = builtins.attrNames table.hidden;
    in
    failsIf (builtins.length hidden > 1 && withoutRelay != [ ]) (
      "${option}: the members ${quoteList hidden} have no endpoint, so they cannot reach each other. "
      + "Set nodes.<name>.addresses or ${option}.members.<name>.endpoint for all but one of them, or ${option}.relays to members that pass their packets on."
    );

  ofRelay =
    option: table: relay:
    failsIf (!(table.members ? ${relay})) (
      "${option}: the relay ${quote relay} is no member. Add it to ${option}.members."
    )
    ++ failsIf (table.hidden ? ${relay}) (
      "${option}: the relay ${quote relay} has no endpoint, so the others cannot reach it. Set nodes.${relay}.addresses or ${option}.members.${relay}.endpoint."
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
      "${option}: with preshared keys the names of the instance and of a member have at most 80 characters together, which ${quoteList tooLong} exceed. Shorten the name of the instance."
    );
in
lib.concatLists (lib.mapAttrsToList (name: table: located name (ofInstance name table)) tables)
