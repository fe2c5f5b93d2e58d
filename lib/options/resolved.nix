# What follows from everything that was said about roles, checks, order and rollouts; for netlib itself.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
{
  options.resolved = lib.mkOption {
    type = lib.types.raw;
    internal = true;
    readOnly = true;
    description = "Members of roles, rollouts and the graph of steps, computed.";
  };

  config.resolved = netlib.resolve { inherit config options; };
}
