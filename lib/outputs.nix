# Evaluated networks as ordinary flake outputs, so that every other tool works with them too.
{
  lib,
  errors,
  nixpkgs,
  netlib,
}:
let
  inherit (lib) mapAttrs' nameValuePair;

  # Names of things in flat outputs: the network called `default` has no prefix.
  named = network: name: if network == "default" then name else "${network}-${name}";
  appName = app: network: if network == "default" then app else "${app}-${network}";

  # Two networks must not end up with one name, such as `a-b` of `default` and `b` of `a`.
  mergeDistinct =
    what: sets:
    lib.zipAttrsWith (
      name: values:
      if builtins.length values == 1 then
        builtins.head values
      else
        errors.fail "two networks make the output ${what}.${builtins.toJSON name}. Rename a network or a node."
    ) sets;

  makeCommand = import ./commands.nix { inherit lib errors; };
  makeRender = import ./render.nix { inherit lib errors; };

  # One app for all commands of a network: which apps there are must not depend on a network that may be broken. A command runs
  # although assertions fail: it may be what mends them.
  commandApp = system: network: evaluated: {
    type = "app";
    program = "${makeCommand {
      pkgs = nixpkgs.legacyPackages.${system};
      inherit network;
      inherit (evaluated.config) commands;
    }}";
    meta.description = "Run a command that the modules of the network ${network} offer";
  };

  renderApp = system: network: evaluated: {
    type = "app";
    program = "${makeRender {
      pkgs = nixpkgs.legacyPackages.${system};
      inherit (evaluated) rendered;
    }}";
    meta.description = "Print the files of machines that take part in the network ${network} and are not deployed";
  };

  # A subcommand of the driver for this network.
  driverApp =
    subcommand: description: system: network:
    let
      pkgs = nixpkgs.legacyPackages.${system};
      driver = netlib.packages.${system}.netlib;
      flake = lib.optionalString (network != "default") "--flake ${lib.escapeShellArg ".#${network}"} ";
    in
    {
      type = "app";
      program = "${pkgs.writeShellScript "netlib-${appName subcommand network}" ''
        exec ${driver}/bin/netlib ${subcommand} ${flake}"$@"
      ''}";
      meta.description = "${description} ${network}";
    };
  deployApp = driverApp "deploy" "Deploy the network";
  runApp = driverApp "run" "Run a plan of the network";
in
networks:
let
  systems = builtins.attrNames netlib.packages;
in
{
  netlibConfigurations = lib.mapAttrs (_: network: {
    inherit (network)
      config
      options
      plan
      planFor
      explainFor
      jobsFor
      toplevels
      factPrograms
      recorders
      topology
      rendered
      programs
      deployerPrograms
      documentation
      ;
  }) networks;

  nixosConfigurations = mergeDistinct "nixosConfigurations" (
    lib.mapAttrsToList (
      network: evaluated: mapAttrs' (name: nameValuePair (named network name)) evaluated.systems
    ) networks
  );

  apps = lib.genAttrs systems (
    system:
    mapAttrs' (network: _: nameValuePair (appName "deploy" network) (deployApp system network)) networks
    // mapAttrs' (network: _: nameValuePair (appName "run" network) (runApp system network)) networks
    // mapAttrs' (
      network: evaluated: nameValuePair (appName "command" network) (commandApp system network evaluated)
    ) networks
    // mapAttrs' (
      network: evaluated: nameValuePair (appName "render" network) (renderApp system network evaluated)
    ) networks
    // {
      inherit (netlib.apps.${system}) netlib;
    }
  );

  checks = lib.genAttrs systems (
    system:
    mapAttrs' (
      network: evaluated:
      nameValuePair "netlib-${network}" (
        nixpkgs.legacyPackages.${system}.writeText "netlib-plan-${network}.json" (
          # What the plan names is not built for it, as nodes of other systems have programs that cannot be built here.
          builtins.unsafeDiscardStringContext (builtins.toJSON evaluated.plan)
        )
      )
    ) networks
  );
}
