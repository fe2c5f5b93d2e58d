{ lib, netlib, ... }:
{
  options.web = lib.mkOption { type = netlib.references.nodes; };
  config = {
    network.name = "bad";
    nodes.alpha.tags = [ "edge" ];
    nodes.beta = { };
    web = [
      "alphq"
      "@core"
    ];
  };
  imports = [ ({ config, ... }: { warnings = config.web; }) ];
}
