# A server is healthy when it answers as a binary cache does: on the server itself, and as its first client sees it.
{ lib }:
_: table:
lib.mapAttrs (
  name: server:
  {
    "nix-cache-${table.instance}" = {
      description = "the binary cache ${table.instance} answers";
      httpGet = {
        inherit (server) port;
        path = "/nix-cache-info";
        statusCodes = [ 200 ];
      };
      failureThreshold = 5;
    };
  }
  // lib.optionalAttrs (server.clients != [ ]) (
    let
      client = builtins.head server.clients;
    in
    {
      "nix-cache-${table.instance}-from-client" = {
        description = "${client} reaches the binary cache ${table.instance} of ${name}";
        from.node = client;
        exec = {
          packages = pkgs: [ pkgs.curl ];
          script = ''
            curl --silent --show-error --fail --max-time 4 ${lib.escapeShellArg "${builtins.head (lib.splitString "?" (server.urlFrom client))}/nix-cache-info"} 2>&1
          '';
        };
      };
    }
  )
) table.servers
