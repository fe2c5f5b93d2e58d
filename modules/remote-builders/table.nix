# The table of one pool: its builders, its clients and their keys. Keys are lazy: they may not be gathered yet.
{ lib, netlib }:
config: instance: settings:
let
  isThereBefore = import ../shared/there-before.nix { inherit lib netlib; };
  directory = "/var/lib/netlib/remote-builders/${instance}";
  fact = "remote-builders-${instance}-ssh";

  # Who reads a client's key is a builder; it does not matter which.
  sshKeyOf =
    client:
    netlib.getFact {
      node = client;
      name = fact;
      neededBy = builtins.head (builtins.attrNames settings.builders ++ [ client ]);
    };

  clientOf = name: {
    sshKey = sshKeyOf name;
    # A pool of one has no other to build on.
    builders = removeAttrs builders [ name ];
  };

  builders = lib.mapAttrs (
    name: builder:
    let
      inherit (config.ssh-host-keys.${name}) port;
      # An alias carries what `nix.buildMachines` has no field for, such as the port; the host key goes by it as well.
      alias = "${name}.${instance}.builder";
      hostKeyBase64 = netlib.base64.encode "${config.exports.publicKeys.ssh-host.${name}}\n";
      sshOptionsFrom =
        client:
        [
          "HostName ${
            netlib.addressOf {
              from = client;
              to = name;
              option = [
                "remote-builders"
                instance
              ];
            }
          }"
          "HostKeyAlias ${alias}"
        ]
        ++ lib.optional (port != 22) "Port ${toString port}";
    in
    builder
    // {
      inherit alias hostKeyBase64;
      storeUrl =
        "ssh-ng://${settings.user}@${alias}?ssh-key=${sshKeyFile}"
        + "&base64-ssh-public-host-key=${lib.escapeURL hostKeyBase64}";
      inherit sshOptionsFrom;
      # The same for NIX_SSHOPTS.
      commandOptionsFrom =
        client:
        lib.concatMapStringsSep " " (option: "-o ${lib.replaceStrings [ " " ] [ "=" ] option}") (
          sshOptionsFrom client
        );
      clients = lib.remove name settings.clients;
    }
  ) settings.builders;

  sshKeyFile = "${directory}/ssh-key";
in
{
  inherit
    instance
    fact
    builders
    sshKeyFile
    ;
  inherit (settings) user;
  # Its first client looks at a builder before the clients are activated.
  firstBuilders = builtins.filter (
    name:
    settings.buildersFirst
    && lib.all (client: isThereBefore client name) (lib.take 1 builders.${name}.clients)
  ) (builtins.attrNames builders);
  clients = lib.genAttrs settings.clients clientOf;
}
