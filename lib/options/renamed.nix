# Every name that an option had before. Nothing else in netlib knows them.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  inherit (netlib) renamed;

  ofEach =
    old: new:
    lib.mkOption {
      type = types.attrsOf (types.submodule { options.${old} = renamed.option new; });
    };
in
{
  options = {
    nodes = ofEach "configuration" "nixos";
    roles = ofEach "configuration" "nixos";

    renamed = lib.mkOption {
      type = types.listOf types.raw;
      internal = true;
      description = "What is still set by a name of before.";
    };
  };

  config.renamed =
    config.defaults.renamed
    ++ lib.concatMap (member: member.configuration) (
      builtins.attrValues config.nodes ++ builtins.attrValues config.roles
    );
}
