# Options of one node behind a name.
{ netlib, exports }:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;

  # What the node exports under the service's name; null when it exports no such service.
  exported =
    if config.service == null then null else exports.services.${name}.${config.service} or null;
in
{
  options = {
    service = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "Name of a service that the node exports in `exports.services.<node>`, from which port and scheme come.";
      example = "grafana";
    };

    port = lib.mkOption {
      type = types.nullOr netlib.types.port;
      default = if exported == null then null else exported.port;
      defaultText = lib.literalMD "the port of the exported service";
      description = "TCP port that the service listens on.";
      example = 3000;
    };

    scheme = lib.mkOption {
      type = types.enum [
        "http"
        "https"
      ];
      default = if exported != null && exported.scheme == "https" then "https" else "http";
      defaultText = lib.literalMD "that of the exported service, else `http`";
      description = "Protocol between the proxy and the service.";
      example = "https";
    };

    address = lib.mkOption {
      type = types.nullOr netlib.types.host;
      default = if exported == null then null else exported.address;
      defaultText = lib.literalMD "the address of the exported service";
      description = "Where the proxies reach the node. Null: at the best address that each of them knows for it, in a mesh before one of `nodes.<node>.addresses`.";
      example = "10.10.0.7";
    };

    weight = lib.mkOption {
      type = types.ints.positive;
      default = 1;
      description = "Share of the requests, against the weights of the other backends of the name.";
      example = 3;
    };

    standby = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether the node gets requests only when no other backend answers.";
      example = true;
    };
  };
}
