# The exported networks with their addresses and subnets parsed once, and which of them concern each other.
{
  lib,
  ip,
  config,
}:
let
  parsed =
    name: network:
    network
    // {
      inherit name;
      subnets = map ip.parseNetwork network.subnets;
      # A flat list: { member; address; text; }.
      addresses = lib.concatLists (
        lib.mapAttrsToList (
          member: settings:
          map (
            text:
            let
              address = ip.parse text;
            in
            {
              inherit member address;
              text = ip.format address;
            }
          ) settings.addresses
        ) network.members
      );
    };
  all = lib.mapAttrsToList parsed config.exports.networks;

  haveCommonMember = a: b: builtins.intersectAttrs a.members b.members != { };
in
{
  inherit all;

  # Each two networks once; isolated ones only when somebody is in both.
  pairs = builtins.filter ({ a, b }: !(a.isolated || b.isolated) || haveCommonMember a b) (
    lib.concatLists (lib.imap0 (index: a: map (b: { inherit a b; }) (lib.drop (index + 1) all)) all)
  );
}
