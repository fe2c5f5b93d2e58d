# A service that greets whoever connects: the example of docs/network-modules.md, with one of everything that network modules do.
{ lib, netlib, ... }:
netlib.instances {
  name = "hello";
  description = "Services that greet, by instance name.";
  example.morning = {
    server = "alpha";
    clients = [ "@edge" ];
  };

  options = {
    server = lib.mkOption {
      type = netlib.references.node;
      description = "The node that greets.";
      example = "alpha";
    };
    clients = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = "Selectors of the nodes that are told where the server is.";
      example = [ "@edge" ];
    };
    port = lib.mkOption {
      type = netlib.types.port;
      default = 7070;
      description = "TCP port that the server listens on.";
      example = 7071;
    };
    greeting = lib.mkOption {
      type = lib.types.singleLineStr;
      default = "Hello!";
      description = "What the server says.";
      example = "Good morning!";
    };
  };

  members = settings: [ settings.server ] ++ settings.clients;

  problems =
    { settings, ... }:
    lib.optional (builtins.elem settings.server settings.clients) (
      "the server ${netlib.errors.quote settings.server} is among its own clients. Take it out of `clients`"
    );

  order =
    { settings, ... }:
    {
      nodes = settings.clients;
      after = [ settings.server ];
    };

  node =
    {
      id,
      name,
      settings,
      ...
    }@this:
    if name == settings.server then
      {
        # systemd listens, and starts a process for each connection.
        nixos =
          { pkgs, ... }:
          {
            systemd.sockets.${id} = {
              wantedBy = [ "sockets.target" ];
              listenStreams = [ (toString settings.port) ];
              socketConfig.Accept = true;
            };
            systemd.services."${id}@".serviceConfig = {
              ExecStart = "${pkgs.coreutils}/bin/cat ${pkgs.writeText "greeting" "${settings.greeting}\n"}";
              StandardInput = "socket";
              DynamicUser = true;
            };
            networking.firewall.allowedTCPPorts = [ settings.port ];
          };
        checks.${id}.tcpSocket.port = settings.port;
        exports.services.${id} = {
          inherit (settings) clients port;
          description = "greeting service ${this.instance}";
        };
      }
    else
      {
        # The address at which this node, and maybe no other, reaches the server.
        nixos.environment.etc."hello/${this.instance}".text =
          "${netlib.ip.joinHostPort (this.addressOf settings.server) settings.port}\n";
      };
}
