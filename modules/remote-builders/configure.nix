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

  asBuilder = builder: {
    imports = [
      (login.account {
        inherit (table) user;
        keys = map (name: table.clients.${name}.sshKey) builder.clients;
      })
    ];
    nix.settings.trusted-users = lib.mkIf builder.trusted [ table.user ];
  };

  # For builds whose inputs are only here: the hook of Nix would send these, which the builder does not take.
  remoteBuild =
    name: client: pkgs: package:
    pkgs.writeShellApplication {
      name = "remote-build-${table.instance}";
      runtimeInputs = [
        package
        pkgs.openssh
        pkgs.coreutils
      ];
      text = ''
        instance=${lib.escapeShellArg table.instance}
        builder() {
          case $1 in
        ${lib.concatStrings (
          lib.mapAttrsToList (builder: settings: ''
            ${builder})
              store=${lib.escapeShellArg settings.storeUrl}
              NIX_SSHOPTS=${lib.escapeShellArg (settings.commandOptionsFrom name)}
              ;;
          '') client.builders
        )}
            *) printf 'remote-build-%s: "%s" is not a builder of %s; builders: %s\n' "$instance" "$1" "$instance" \
              ${lib.escapeShellArg (lib.concatStringsSep ", " (builtins.attrNames client.builders))} >&2 && exit 2 ;;
          esac
        }
        ${builtins.readFile ./remote-build.sh}
      '';
    };

  asClient = name: client: { config, pkgs, ... }: {
    environment.systemPackages = [ (remoteBuild name client pkgs config.nix.package) ];
    nix = {
      distributedBuilds = lib.mkDefault true;
      buildMachines = map machineOf (builtins.attrValues client.builders);
      settings = {
        # Builders fetch from caches what they can, and are not sent it.
        builders-use-substitutes = lib.mkDefault true;
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
