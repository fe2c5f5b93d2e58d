# What the members of a network cannot have together, found in `exports` alone: one file a kind.
# A network module without options; duplicate keys are found apart, because they force facts.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  arguments = {
    inherit lib config;
    inherit (netlib) ip errors;
    sources = import ./sources.nix {
      inherit lib options;
      inherit (netlib) errors;
    };
    networks = import ./networks.nix {
      inherit lib config;
      inherit (netlib) ip;
    };
  };

  messages = lib.concatMap (file: import file arguments) [
    ./addresses.nix
    ./subnets.nix
    ./node-networks.nix
    ./targets.nix
    ./ports.nix
    ./interfaces.nix
    ./allowed-ips.nix
    ./links.nix
  ];
in
{
  _file = ./default.nix;

  config = {
    assertions = map (
      message:
      { assertion = false; } // (if builtins.isString message then { inherit message; } else message)
    ) messages;

    _module.args.keyConflicts = import ./public-keys.nix arguments;
  };
}
