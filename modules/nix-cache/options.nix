# Options of one binary cache.
{ config, netlib }:
{ lib, name, ... }:
let
  inherit (lib) types;
  network = config;

  server.options = {
    port = lib.mkOption {
      type = netlib.types.port;
      default = 5000;
      description = "TCP port that the cache listens on.";
      example = 8501;
    };

    priority = lib.mkOption {
      type = types.ints.unsigned;
      default = 30;
      description = "Which cache is asked first: the lowest number. cache.nixos.org has 40.";
      example = 50;
    };

    software = lib.mkOption {
      type = types.enum [
        "harmonia"
        "nix-serve"
      ];
      default = "harmonia";
      description = "Program that serves the store: `services.harmonia` or `services.nix-serve` of NixOS. One server runs one instance of each.";
      example = "nix-serve";
    };
  };
in
{
  options = {
    servers = lib.mkOption {
      type = netlib.references.attrsOfNodes (types.submodule server);
      default = { };
      description = "Nodes that offer their Nix store, by node name. Whatever is in their store can be read by who reaches the port.";
      example = lib.literalExpression "{ gamma.priority = 20; }";
    };

    clients = lib.mkOption {
      type = netlib.references.nodes;
      default = builtins.attrNames network.nodes;
      defaultText = lib.literalMD "all nodes";
      description = "Selectors of the nodes that fetch from the servers. A server does not ask itself.";
      example = [ "@edge" ];
    };

    uploaders = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = ''
        Selectors of the nodes that send to all servers what they build, after each build. They log in to an account that can do
        nothing but talk to the Nix daemon, and send derivations: the servers build them once more.
      '';
      example = [ "builder" ];
    };

    trustUploaders = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether uploaders send their results, signed with keys that the servers trust, so that nothing is built twice. Root of each
        uploader is then as good as root of the servers and of all clients.
      '';
      example = true;
    };

    serversFirst = lib.mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether clients are activated after the servers, as far as nothing else says the opposite. A server that its first client
        reaches by an interface of its own, such as a mesh's, is not waited for: that may come with the same deployment, and until it is
        there nobody could see that the server is healthy.
      '';
      example = false;
    };

    user = lib.mkOption {
      type = types.strMatching "[a-z_][a-z0-9_-]{0,30}";
      default = "nix-cache-${name}";
      defaultText = lib.literalMD "`nix-cache-<instance>`";
      description = "Account on the servers that uploaders log in to.";
      example = "nix-upload";
    };
  };
}
