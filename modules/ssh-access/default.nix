# Who may log in where over SSH, which hosts everybody knows, and the authorities that sign keys of people and hosts.
# There are no instances: a node has one sshd, and a person who leaves must leave everywhere with one line.
{
  config,
  options,
  lib,
  netlib,
  self,
  ...
}:
let
  table = import ./table.nix { inherit lib netlib; } config;
  certificates = import ./certificates.nix { inherit lib self; } table;
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  options.ssh-access = import ./options.nix {
    inherit config lib netlib;
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit table;
      settings = config.ssh-access;
      fileOf = netlib.errors.definedIn options.ssh-access.users;
    };

    ssh-host-keys = lib.genAttrs config.ssh-access.hosts (_: { });

    configure = import ./configure.nix { inherit lib; } {
      inherit table certificates;
      nodes = builtins.attrNames config.nodes;
    };

    checks = import ./checks.nix { inherit lib; } table;

    # What other modules must not rely on: keys that sshd refuses on every host.
    exports.publicKeys.ssh-revoked = lib.listToAttrs (
      lib.imap0 (index: lib.nameValuePair (toString index)) table.revoked
    );

    render = lib.genAttrs config.ssh-access.devices (_: {
      known_hosts = {
        description = "SSH host keys of the network ${config.network.name}: append to ~/.ssh/known_hosts";
        text = table.knownHostsText;
      };
    });

    commands.ssh-access = import ./command.nix { inherit lib netlib; } {
      inherit table;
      network = config.network.name;
    };
  };
}
