# What can be wrong with the keys of the members of one WireGuard network.
{ lib, netlib }:
{
  option,
  # Member name to the path of its options.
  memberOption,
  table,
}:
let
  inherit (netlib.errors) quote quoteList;
  inherit (import ./keys.nix { inherit netlib; }) isPublicKey;

  ofExternal = name: member: [
    {
      assertion = member.publicKey != null;
      message = "${memberOption name}: nobody gathers the key of an external. Make a key pair there and set externals.${name}.publicKeys.wireguard to the public half.";
    }
    {
      assertion = member.publicKey == null || isPublicKey member.publicKey;
      message = "${memberOption name}.publicKey: ${quote member.publicKey} is no WireGuard public key (32 bytes in base64).";
    }
  ];
  ofNode = name: member: [
    {
      assertion = member.publicKey == null;
      message = "${memberOption name}.publicKey is for externals: the keys of nodes are gathered. Remove it.";
    }
  ];
  ofMember = name: member: (if member.isNode then ofNode else ofExternal) name member;

  # The names of facts are part of file names.
  limit = 100;
  factOf = name: "${table.fact}-psk-${name}";
  others = builtins.stringLength (factOf "") - builtins.stringLength table.instance;
  tooLong = builtins.filter (
    name: table.members.${name}.isNode && builtins.stringLength (factOf name) > limit
  ) (builtins.attrNames table.members);
in
lib.concatLists (lib.mapAttrsToList ofMember table.members)
++ [
  {
    assertion = table.presharedKeyFile == null || !table.presharedKeys;
    message = "${option}: set either `presharedKeys` or `presharedKeyFile`.";
  }
  {
    assertion = !table.presharedKeys || tooLong == [ ];
    message = "${option}: with preshared keys the names of the instance and of a member have at most ${toString (limit - others)} characters together, which ${quoteList tooLong} exceed. Shorten the name of the instance.";
  }
]
