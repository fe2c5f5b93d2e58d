# A service that greets whoever connects: the example of docs/network-modules.md, with one of everything that network modules do.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  inherit (netlib) references;
  instances = config.hello;
in
{
  options.hello = lib.mkOption {
    type = types.attrsOf (
      types.submodule {
        options = {
          server = lib.mkOption {
            type = references.node;
            description = "The node that greets.";
            example = "alpha";
          };

          clients = lib.mkOption {
            type = references.nodes;
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
            type = types.singleLineStr;
            default = "Hello!";
            description = "What the server says.";
            example = "Good morning!";
          };
        };
      }
    );
    default = { };
    description = "Services that greet, by instance name.";
    example = lib.literalExpression ''
      {
        morning = {
          server = "alpha";
          clients = [ "@edge" ];
          greeting = "Good morning!";
        };
      }
    '';
  };

  config =
    let
      # What the server of an instance runs: systemd listens, and starts a process for each connection.
      serverOf =
        name: instance:
        { pkgs, ... }:
        {
          systemd.sockets."hello-${name}" = {
            wantedBy = [ "sockets.target" ];
            listenStreams = [ (toString instance.port) ];
            socketConfig.Accept = true;
          };
          systemd.services."hello-${name}@".serviceConfig = {
            ExecStart = "${pkgs.coreutils}/bin/cat ${pkgs.writeText "greeting" "${instance.greeting}\n"}";
            StandardInput = "socket";
            DynamicUser = true;
          };
          networking.firewall.allowedTCPPorts = [ instance.port ];
        };

      # What a client gets: the address at which it, and maybe nobody else, reaches the server.
      clientOf =
        name: instance: client:
        let
          address = netlib.addressOf {
            from = client;
            to = instance.server;
            # What a message names when there is no way.
            option = [
              "hello"
              name
            ];
          };
        in
        {
          environment.etc."hello/${name}".text = "${netlib.ip.joinHostPort address instance.port}\n";
        };
    in
    {
      assertions = lib.mapAttrsToList (name: instance: {
        assertion = !(builtins.elem instance.server instance.clients);
        message =
          "hello.${name}: the server ${netlib.errors.quote instance.server} is among its own clients. "
          + "Take it out of hello.${name}.clients${netlib.errors.definedIn options.hello name}.";
      }) instances;

      configure = lib.mkMerge (
        lib.mapAttrsToList (
          name: instance:
          lib.mkMerge [
            { ${instance.server} = serverOf name instance; }
            (lib.genAttrs instance.clients (clientOf name instance))
          ]
        ) instances
      );

      # Other modules and the search for conflicts see the port; the option is what messages about it name.
      exports.services = lib.mkMerge (
        lib.mapAttrsToList (name: instance: {
          ${instance.server}."hello-${name}" = {
            inherit (instance) clients port;
            description = "greeting service ${name}";
            option = [
              "hello"
              name
            ];
          };
        }) instances
      );

      # What `module:hello.morning` stands for where nodes are selected.
      exports.members.hello = lib.mapAttrs (
        _: instance: [ instance.server ] ++ instance.clients
      ) instances;

      checks = lib.mkMerge (
        lib.mapAttrsToList (name: instance: {
          ${instance.server}."hello-${name}".tcpSocket.port = instance.port;
        }) instances
      );

      deploy.order = lib.mapAttrs' (
        name: instance:
        lib.nameValuePair "hello-${name}" {
          nodes = lib.remove instance.server instance.clients;
          after = [ instance.server ];
          yields = true;
        }
      ) instances;
    };
}
