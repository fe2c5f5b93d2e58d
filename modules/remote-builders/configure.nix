# What a pool contributes: the account and the clients' keys on builders; the list of builders on clients.
{ lib, login }:
_: table:
let
  machineOf = builder: {
    hostName = builder.alias;
    protocol = "ssh-ng";
    sshUser = table.user;
    sshKey = table.sshKeyFile;
    publicHostKey = builder.hostKeyBase64;
    inherit (builder)
      systems
      maxJobs
      speedFactor
      supportedFeatures
      mandatoryFeatures
      ;
  };

  sshConfigOf =
    client: builder:
    "Host ${builder.alias}\n"
    + lib.concatMapStrings (option: "  ${option}\n") (builder.sshOptionsFrom client);

  asBuilder =
    builder:
    let
      keys = map (name: table.clients.${name}) builder.clients;
    in
    {
      imports = [
        (login.account {
          inherit (table) user;
          keys = map (client: client.sshKey) keys;
        })
      ];
      nix.settings =
        if builder.trusted then
          { trusted-users = [ table.user ]; }
        else
          { trusted-public-keys = map (client: client.signingKey) keys; };
    };

  asClient = name: client: {
    nix = {
      distributedBuilds = lib.mkDefault true;
      buildMachines = map machineOf (builtins.attrValues client.builders);
      settings = {
        # Builders fetch from caches what they can, and are not sent it.
        builders-use-substitutes = lib.mkDefault true;
        secret-key-files = [ table.signingKeyFile ];
      };
    };
    # Last: lines without a host of their own would belong to the last one before them.
    programs.ssh.extraConfig = lib.mkAfter (
      lib.concatMapStrings (sshConfigOf name) (builtins.attrValues client.builders)
    );
  };
in
lib.mkMerge [
  (lib.mapAttrs (_: asBuilder) table.builders)
  (lib.mapAttrs asClient table.clients)
]
