# A builder is healthy when a client can use its store: seen from its first client, with that client's own key.
{ lib }:
_: table:
let
  storeOf =
    builder:
    "ssh-ng://${table.user}@${builder.alias}?ssh-key=${table.sshKeyFile}"
    + "&base64-ssh-public-host-key=${lib.escapeURL builder.hostKeyBase64}";

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
          NIX_SSHOPTS=${
            lib.escapeShellArg (
              lib.concatMapStringsSep " " (option: "-o ${lib.replaceStrings [ " " ] [ "=" ] option}") (
                builder.sshOptionsFrom client
              )
            )
          }
          export NIX_SSHOPTS
          nix --extra-experimental-features nix-command store info --store ${lib.escapeShellArg (storeOf builder)} 2>&1
        '';
      };
    };
  };
in
lib.mapAttrs (name: builder: checkOf name builder (builtins.head builder.clients)) (
  lib.filterAttrs (_: builder: builder.clients != [ ]) table.builders
)
