# Options of one service in `exports.services`.
{
  lib,
  netlib,
  references,
}:
{ ... }:
let
  inherit (lib) types;
in
{
  options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      default = "";
      description = "What the service is, for people.";
      example = "Grafana";
    };

    option = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      defaultText = lib.literalExpression ''[ "exports" "services" "<node>" "<service>" ]'';
      description = "Path of the option that the user set to get this service. Messages about conflicts name it and its files.";
      example = [
        "monitoring"
        "main"
      ];
    };

    port = lib.mkOption {
      type = netlib.types.port;
      description = "Port that the service listens on.";
      example = 3000;
    };

    protocol = lib.mkOption {
      type = types.enum [
        "tcp"
        "udp"
      ];
      default = "tcp";
      description = "Transport protocol of the port.";
      example = "udp";
    };

    address = lib.mkOption {
      type = types.nullOr netlib.types.address;
      default = null;
      description = "Address that the service listens on; null for all addresses of the node.";
      example = "10.10.0.7";
    };

    clients = lib.mkOption {
      type = types.listOf references.member;
      default = [ ];
      description = "Nodes and externals that use the service, as far as the module knows.";
      example = [ "beta" ];
    };

    scheme = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "URL scheme of the service, null when it has no URLs.";
      example = "http";
    };

    needsLogin = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether the service asks nobody for a login and tells everything, so that who publishes it must ask for one.";
      example = true;
    };

    path = lib.mkOption {
      type = types.nullOr (types.strMatching "/.*");
      default = null;
      description = "Path in its URLs where the service begins.";
      example = "/metrics";
    };
  };
}
