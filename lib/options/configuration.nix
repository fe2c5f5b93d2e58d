# NixOS configuration that is not written in a node: for all nodes, and contributed by network modules.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
in
{
  options = {
    defaults = lib.mkOption {
      type = types.deferredModule;
      default = { };
      description = "NixOS configuration of every node: a module or a path to one.";
      example = lib.literalExpression ''
        {
          services.openssh.enable = true;
          time.timeZone = "UTC";
        }
      '';
    };

    configure = lib.mkOption {
      type = netlib.types.attrsOfNodes (builtins.attrNames config.nodes) types.deferredModule;
      default = { };
      description = ''
        NixOS configuration that network modules contribute to nodes, by node name.
        Kept apart from `nodes`, so that modules can refer to nodes while they contribute to them.
      '';
      example = lib.literalExpression ''
        {
          alpha.networking.firewall.allowedTCPPorts = [ 9100 ];
        }
      '';
    };
  };
}
