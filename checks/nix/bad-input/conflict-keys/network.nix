{ netlib, ... }:
{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha.facts.host-key = "the same key";
  nodes.beta = { };
  exports.publicKeys.example = {
    alpha = netlib.getFact {
      node = "alpha";
      name = "host-key";
      neededBy = "beta";
    };
    # Not gathered: no conflict.
    beta = netlib.getFact {
      node = "beta";
      name = "host-key";
      neededBy = "alpha";
    };
  };
}
