# Networks that modules make, against those that nodes are in anyway: nodes.<name>.subnets and nodes.<name>.addresses.
{
  lib,
  ip,
  config,
  errors,
  sources,
  networks,
  ...
}:
let
  nodeOption =
    name: option:
    sources.describe [
      "nodes"
      name
      option
    ];

  ofSubnet =
    name: network: text:
    map (
      subnet:
      "the subnet ${ip.formatCidr subnet} of ${sources.network network} overlaps ${text}, which the node ${errors.quote name} is in already: ${nodeOption name "subnets"}. "
      + "Take another subnet for the former."
    ) (builtins.filter (ip.overlaps (ip.parseNetwork text)) network.subnets);

  # Packets for the address would go into the network instead of to where it is reached.
  ofAddress =
    name: network: text:
    let
      address = ip.parse text;
      isItsOwn =
        network.members ? ${name}
        && builtins.any (own: ip.parse own == address) network.members.${name}.addresses;
    in
    lib.optional
      (address != null && !isItsOwn && builtins.any (subnet: ip.contains subnet address) network.subnets)
      (
        "the address ${text} of ${nodeOption name "addresses"} lies in a subnet of ${sources.network network}, where the node does not have it. "
        + "Take another subnet for the network, or correct the address."
      );

  ofNode =
    name: node:
    lib.concatMap (
      network:
      lib.concatMap (ofAddress name network) node.addresses
      ++ lib.optionals (network.members ? ${name}) (lib.concatMap (ofSubnet name network) node.subnets)
    ) networks.all;
in
lib.concatLists (lib.mapAttrsToList ofNode config.nodes)
