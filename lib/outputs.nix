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
  appName = network: if network == "default" then "deploy" else "deploy-${network}";

  # Two networks must not end up with one name, such as `a-b` of `default` and `b` of `a`.
  mergeDistinct =
    what: sets:
    lib.zipAttrsWith (
      name: values:
      if builtins.length values == 1 then
        builtins.head values
      else
        errors.fail "two networks make the output ${what}.${errors.quote name}. Rename a network or a node."
    ) sets;

  deployApp =
    system: network:
    let
      pkgs = nixpkgs.legacyPackages.${system};
      driver = netlib.packages.${system}.netlib;
      flake = lib.optionalString (network != "default") "--flake ${lib.escapeShellArg ".#${network}"} ";
    in
    {
      type = "app";
      program = "${pkgs.writeShellScript "netlib-${appName network}" ''
        exec ${driver}/bin/netlib deploy ${flake}"$@"
      ''}";
      meta.description = "Deploy the network ${network}";
    };
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
      toplevels
      gatherers
      rendered
      ;
  }) networks;

  nixosConfigurations = mergeDistinct "nixosConfigurations" (
    lib.mapAttrsToList (
      network: evaluated: mapAttrs' (name: nameValuePair (named network name)) evaluated.systems
    ) networks
  );

  apps = lib.genAttrs systems (
    system:
    mapAttrs' (network: _: nameValuePair (appName network) (deployApp system network)) networks
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
          builtins.toJSON evaluated.plan
        )
      )
    ) networks
  );
}
