# Secrets: made and encrypted on the deployer for the nodes that get them, decrypted by these into memory. Volatile ones are never on a disk.
{
  config,
  options,
  lib,
  netlib,
  self,
  ...
}:
let
  inherit (lib) types;
  table = import ./table.nix { inherit lib netlib; } config;
  state = import ./state.nix {
    inherit lib self;
    inherit (netlib) errors;
  } table.settings.directory;
  fileOf = netlib.errors.definedIn options.secrets;

  treeOf = secret: if secret.volatile then "volatile" else secret.neededFor;
  pathOf =
    secret: name:
    if table.settings.backend == "sops-nix" && !secret.volatile then
      "/run/secrets${lib.optionalString (secret.neededFor == "users") "-for-users"}/${name}"
    else if table.settings.backend == "agenix" && !secret.volatile then
      "/run/agenix/${name}"
    else
      "/run/netlib-secrets/${treeOf secret}/${name}";

  configuration = import ./configure.nix { inherit lib netlib; } {
    inherit table state pathOf;
    identityOf = node: config.ssh-host-keys.${node}.file;
  };
  volatile = import ./volatile.nix { inherit lib; } {
    inherit table;
    mayRestart = node: config.nodes.${node}.activation.reboot == "when-needed";
  };
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  # The public halves of pairs are facts of the nodes that have the private ones.
  options.nodes = lib.mkOption {
    type = types.attrsOf (
      types.submodule (
        { name, ... }:
        {
          config.facts = lib.mapAttrs' (
            secret: about: lib.nameValuePair "secret-${secret}" (lib.mkDefault about.public)
          ) (table.publicOf name);
        }
      )
    );
  };

  options.secrets = lib.mkOption {
    type = types.submodule {
      freeformType = types.attrsOf (
        types.submodule {
          imports = [
            (lib.setDefaultModuleLocation ./options.nix (import ./options.nix { inherit lib netlib; }))
          ];
          _module.args = {
            inherit pathOf;
            readState = state.read;
          };
        }
      );

      options = {
        admins = lib.mkOption {
          type = types.attrsOf (types.coercedTo types.str lib.singleton (types.listOf types.singleLineStr));
          default = { };
          description = ''
            People who can read and change all secrets, by name, with their public keys: those of `age-keygen`, of plugins of age such as
            age-plugin-yubikey, or ssh-ed25519 and ssh-rsa ones. Run `secrets rekey` after a change.
          '';
          example = {
            anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
          };
        };

        identities = lib.mkOption {
          type = types.listOf types.str;
          default = [
            "~/.config/netlib/age.txt"
            "~/.config/age/keys.txt"
            "~/.ssh/id_ed25519"
            "~/.ssh/id_rsa"
          ];
          description = ''
            Files with private keys that the command `secrets` decrypts with, on the machine of whoever runs it; those that are not there
            are left out. `~/` is the person's home. `NETLIB_SECRETS_IDENTITY` names another one.
          '';
          example = [ "~/.config/age/yubikey.txt" ];
        };

        directory = lib.mkOption {
          type = types.strMatching "[a-zA-Z0-9_][a-zA-Z0-9_./-]*";
          default = "secrets";
          description = "Folder of the encrypted files beside the flake, with nothing else in it.";
          example = "encrypted";
        };

        backend = lib.mkOption {
          type = types.nullOr (
            types.enum [
              "agenix"
              "sops-nix"
            ]
          );
          default = null;
          description = ''
            Who keeps and decrypts secrets that are not volatile, where it is not netlib: the module of sops-nix or agenix, which you import
            into the nodes, with files of your own. Paths, owners and permissions come from `secrets`.
          '';
          example = "sops-nix";
        };
      };
    };
    default = { };
    description = ''
      Secrets by name, beside settings for all of them: `admins`, `identities`, `directory` and `backend`. Nodes decrypt them with their SSH host
      key into memory; NixOS modules find one at `config.netlib.secrets.<name>.path`.
    '';
    example = lib.literalExpression ''
      {
        admins.anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
        db-password = {
          for = [ "role:web" "db" ];
          generator = { pkgs, ... }: "''${pkgs.openssl}/bin/openssl rand -hex 32";
          owner = "postgres";
          restart = [ "postgresql.service" ];
        };
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit table state fileOf;
    };

    commands.secrets = import ./command.nix { inherit lib; } { inherit table; };

    ssh-host-keys = lib.genAttrs (builtins.attrNames table.persistentOf) (_: { });

    configure = lib.mkMerge [
      (lib.genAttrs (builtins.attrNames config.nodes) configuration.seen)
      configuration.contributions
      volatile.configure
    ];

    deploy.steps = volatile.deploySteps;
    inherit (volatile) checks plans status;
  };
}
