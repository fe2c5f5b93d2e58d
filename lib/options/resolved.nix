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

  config.resolved = netlib.resolve { inherit config options; } // {
    # The network with the steps of a plan among its own.
    planned =
      name:
      let
        own = config.deploy.steps;
        merged =
          id: step:
          if own ? ${id} then
            own.${id}
            // {
              after = own.${id}.after ++ step.after;
              before = own.${id}.before ++ step.before;
            }
          else
            step // { program = "plan-${name}.${id}"; };
        network = config // {
          deploy = config.deploy // {
            steps = own // lib.mapAttrs merged config.plans.${name}.steps;
          };
        };
      in
      network
      // {
        resolved = netlib.resolve {
          config = network;
          inherit options;
        };
      };
  };
}
