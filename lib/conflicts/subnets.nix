# Subnets that share addresses: of two networks, or of one.
{
  lib,
  ip,
  sources,
  networks,
  ...
}:
let
  between =
    { a, b }:
    lib.concatMap (
      x:
      map (
        y:
        "the subnets ${ip.formatCidr x} and ${ip.formatCidr y} overlap: ${sources.network a} and ${sources.network b}. "
        + "Give one of them another subnet."
      ) (builtins.filter (ip.overlaps x) b.subnets)
    ) a.subnets;

  within =
    network:
    lib.concatLists (
      lib.imap0 (
        index: x:
        map (
          y:
          "the subnets ${ip.formatCidr x} and ${ip.formatCidr y} of ${sources.network network} overlap. Keep one of them, or change one."
        ) (builtins.filter (ip.overlaps x) (lib.drop (index + 1) network.subnets))
      ) network.subnets
    );
in
lib.concatMap within networks.all ++ lib.concatMap between networks.pairs
