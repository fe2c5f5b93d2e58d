# The table of one pool: its builders, its clients and their keys. Keys are lazy: they may not be gathered yet.
{ lib, netlib }:
config: instance: settings:
let
  directory = "/var/lib/netlib/remote-builders/${instance}";
  facts = {
    sshKey = "remote-builders-${instance}-ssh";
    signingKey = "remote-builders-${instance}-signing";
  };

  # Who reads a client's key is a builder; it does not matter which.
  keyOf =
    client: fact: isKey:
    let
      key = netlib.getFact {
        node = client;
        name = fact;
        neededBy = builtins.head (builtins.attrNames settings.builders ++ [ client ]);
      };
    in
    if isKey key then
      key
    else
      netlib.errors.fail "the fact \"${fact}\" of node \"${client}\" is no key. Run: netlib facts gather --on ${client}";

  isSigningKey = key: builtins.match "[^:[:space:]]+:[A-Za-z0-9+/]{43}=" key != null;

  clientOf = name: {
    sshKey = keyOf name facts.sshKey netlib.ssh.isPublicKey;
    signingKey = keyOf name facts.signingKey isSigningKey;
    # A pool of one has no other to build on.
    builders = removeAttrs builders [ name ];
  };

  builders = lib.mapAttrs (
    name: builder:
    let
      inherit (config.ssh-host-keys.${name}) port;
    in
    builder
    // {
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
          "HostKeyAlias ${name}.${instance}.builder"
        ]
        ++ lib.optional (port != 22) "Port ${toString port}";
      clients = lib.remove name settings.clients;
    }
  ) settings.builders;
in
{
  inherit instance facts builders;
  inherit (settings) user buildersFirst;
  clients = lib.genAttrs settings.clients clientOf;

  sshKeyFile = "${directory}/ssh-key";
  signingKeyFile = "${directory}/signing-key";
  signingKeyName = client: "${client}.${instance}.${config.network.name}-1";
}
