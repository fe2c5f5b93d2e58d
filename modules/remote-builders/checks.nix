# A builder is healthy when a client can use its store: seen from its first client, with that client's own key.
{ lib }:
_: table:
let
  # All on the command line: the client may not have been switched to a configuration that knows the builder.
  checkOf = name: builder: client: {
    "remote-builders-${table.instance}" = {
      description = "${client} can use the store of ${name} with its key";
      from.node = client;
      timeout = 20;
      exec = {
        packages = pkgs: [
          pkgs.nix
          pkgs.openssh
        ];
        script = ''
          NIX_SSHOPTS=${lib.escapeShellArg (builder.commandOptionsFrom client)}
          export NIX_SSHOPTS
          nix --extra-experimental-features nix-command store info --store ${lib.escapeShellArg builder.storeUrl} 2>&1
        '';
      };
    };
  };
in
lib.mapAttrs (name: builder: checkOf name builder (builtins.head builder.clients)) (
  lib.filterAttrs (_: builder: builder.clients != [ ]) table.builders
)
