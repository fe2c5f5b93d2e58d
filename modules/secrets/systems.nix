# The example as NixOS systems: units, their order, and what makes consumers restart.
{ subject }:
let
  inherit (subject) lib modules;
  systemsOf =
    module:
    (subject.outputsOf {
      default = {
        imports = [
          modules.secrets
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes.alpha.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPylIMtBoaYUT+T4vd+wVYWc0ziInFRRajC2UBf9z6U6";
        nodes.beta.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm/TEXoktCdkB0nuB6jPINRQ7K/7+wCynIdnF8d197w";
      };
    }).nixosConfigurations;
  systems = systemsOf { };
  alpha = systems.alpha.config;
  failuresOf =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (systemsOf module).alpha.config.assertions
    );
  fails = words: module: builtins.any (lib.hasInfix words) (failuresOf module);
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) systems;
    expected = {
      alpha = true;
      beta = true;
    };
  };

  "modules of nodes see paths, and only of what the node gets" = {
    expr = {
      inherit (alpha.systemd.services.shop.environment) DB_PASSWORD_FILE;
      strange = (builtins.tryEval systems.beta.config.netlib.secrets.payment-token.path).success;
    };
    expected = {
      DB_PASSWORD_FILE = "/run/netlib-secrets/services/db-password";
      strange = false;
    };
  };

  "secrets are decrypted before services start, with a key that is there" = {
    expr = {
      inherit (alpha.systemd.services.netlib-secrets) wantedBy requiredBy;
      isBefore = builtins.elem "sysinit.target" alpha.systemd.services.netlib-secrets.before;
      isAfter = builtins.elem "systemd-sysusers.service" alpha.systemd.services.netlib-secrets.after;
      mounts = alpha.systemd.services.netlib-secrets.unitConfig.RequiresMountsFor;
    };
    expected = {
      wantedBy = [ "sysinit.target" ];
      requiredBy = [ "sysinit-reactivation.target" ];
      isBefore = true;
      isAfter = true;
      mounts = [ "/etc/ssh/ssh_host_ed25519_key" ];
    };
  };

  "a consumer names the version, so that another value restarts it, and goes on without the unit that decrypts" =
    {
      expr = {
        inherit (alpha.systemd.services.shop) wants restartTriggers;
        requires = alpha.systemd.services.shop.requires or [ ];
        isAfter = builtins.elem "netlib-secrets.service" alpha.systemd.services.shop.after;
      };
      expected = {
        wants = [ "netlib-secrets.service" ];
        restartTriggers = [ "db-password=20261130T101500Z-3f9a61c2" ];
        requires = [ ];
        isAfter = true;
      };
    };

  "users are made after their secrets: in the activation" = {
    expr = {
      deps = builtins.elem "netlib-secrets-users" alpha.system.activationScripts.users.deps;
      hasUnit = alpha.systemd.services ? netlib-secrets-users;
    };
    expected = {
      deps = true;
      hasUnit = false;
    };
  };

  "a host key on a file system that comes too late is refused, one that is there is not" = {
    expr =
      let
        on = neededForBoot: {
          ssh-host-keys.alpha.file = "/persist/ssh/key";
          nodes.alpha.nixos.fileSystems."/persist" = {
            inherit neededForBoot;
            device = "/dev/disk/by-label/persist";
            fsType = "ext4";
          };
        };
      in
      map (fails "the SSH host key /persist/ssh/key is on /persist, which is mounted too late") [
        (on false)
        (on true)
      ];
    expected = [
      true
      false
    ];
  };

  "what waits for volatile secrets belongs to a target that nobody wants at boot" = {
    expr = {
      inherit (alpha.systemd.services.shop) wantedBy requisite;
      waits = alpha.systemd.paths.netlib-volatile-secrets.wantedBy;
      target = alpha.systemd.targets.netlib-volatile-secrets.wantedBy;
      isElsewhere = systems.beta.config.systemd.targets ? netlib-volatile-secrets;
    };
    expected = {
      wantedBy = [ "netlib-volatile-secrets.target" ];
      requisite = [ "netlib-volatile-secrets.target" ];
      waits = [ "multi-user.target" ];
      target = [ ];
      isElsewhere = false;
    };
  };

  "sops-nix and agenix get owners and permissions, and paths are theirs" = {
    expr =
      let
        withBackend =
          backend:
          (systemsOf {
            secrets = {
              inherit backend;
              db-password.owner = "shop";
            };
            # Options of these modules, which users import.
            defaults.nixos =
              { lib, ... }:
              {
                options = lib.genAttrs [ "sops" "age" ] (_: {
                  secrets = lib.mkOption {
                    type = lib.types.attrsOf lib.types.attrs;
                    default = { };
                    description = "Secrets.";
                    example = { };
                  };
                });
              };
          }).alpha.config;
        sops = withBackend "sops-nix";
        agenix = withBackend "agenix";
      in
      {
        sops = {
          inherit (sops.sops.secrets) db-password root-password;
          path = sops.netlib.secrets.root-password.path;
          hasUnit = sops.systemd.services ? netlib-secrets;
        };
        agenix = {
          inherit (agenix.age.secrets) db-password;
          path = agenix.netlib.secrets.db-password.path;
        };
      };
    expected = {
      sops = {
        db-password = {
          owner = "shop";
          mode = "0400";
          neededForUsers = false;
          restartUnits = [ "shop.service" ];
        };
        root-password = {
          owner = "root";
          mode = "0400";
          neededForUsers = true;
          restartUnits = [ ];
        };
        path = "/run/secrets-for-users/root-password";
        hasUnit = false;
      };
      agenix = {
        db-password = {
          owner = "shop";
          mode = "0400";
        };
        path = "/run/agenix/db-password";
      };
    };
  };

  "what docs/secrets.md says of sops-nix and agenix holds together" = {
    expr =
      let
        # Code blocks, and what these modules have for options.
        blocks = lib.splitString "```" (builtins.readFile ../../docs/secrets.md);
        blockOf =
          backend:
          import (
            builtins.toFile "block.nix" (
              lib.removePrefix "nix\n" (
                lib.findFirst (lib.hasPrefix "nix\n# ${backend}\n") "nix\nthere is no such block" blocks
              )
            )
          );
        module =
          { lib, ... }:
          {
            options = lib.genAttrs [ "sops" "age" ] (_: {
              secrets = lib.mkOption {
                type = lib.types.attrsOf (lib.types.submodule { freeformType = lib.types.attrsOf lib.types.raw; });
                default = { };
                description = "Secrets.";
                example = { };
              };
              defaultSopsFile = lib.mkOption {
                type = lib.types.path;
                description = "A file.";
                example = ./x.yaml;
              };
              age.sshKeyPaths = lib.mkOption {
                type = lib.types.listOf lib.types.str;
                description = "Keys.";
                example = [ "/etc/ssh/ssh_host_ed25519_key" ];
              };
            });
          };
        inputs = {
          netlib = { inherit modules; };
          sops-nix.nixosModules.sops = module;
          agenix.nixosModules.default = module;
        };
        dbOf =
          backend:
          (subject.outputsOf {
            default = {
              imports = [ (blockOf backend { inherit inputs; }) ];
              network.name = "example";
              nodes.db.nixos = subject.minimal;
            };
          }).nixosConfigurations.db.config;
        sops = dbOf "sops-nix";
        agenix = dbOf "agenix";
      in
      {
        sops = sops.sops.secrets.db-password;
        inherit (sops.sops.age) sshKeyPaths;
        file = baseNameOf sops.sops.defaultSopsFile;
        agenix = removeAttrs agenix.age.secrets.db-password [ "file" ];
        agenixFile = baseNameOf agenix.age.secrets.db-password.file;
        paths = map (system: system.netlib.secrets.db-password.path) [
          sops
          agenix
        ];
      };
    expected = {
      sops = {
        owner = "postgres";
        mode = "0400";
        neededForUsers = false;
        restartUnits = [ "postgresql.service" ];
      };
      sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
      file = "db.yaml";
      agenix = {
        owner = "postgres";
        mode = "0400";
      };
      agenixFile = "db-password.age";
      paths = [
        "/run/secrets/db-password"
        "/run/agenix/db-password"
      ];
    };
  };

  "other network modules take the paths of secrets" = {
    expr =
      let
        inherit
          (systemsOf (
            { config, ... }:
            let
              inherit (config.secrets.db-password) path;
            in
            {
              imports = [
                modules.backup
                modules.monitoring
                modules.reverse-proxy
                modules.wireguard-mesh
              ];
              nodes.alpha = {
                addresses = [ "192.0.2.1" ];
                facts = {
                  backup-main = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG85G8ZzT9z5Kn8g6eZNgwBb9LYYsSNaVmYl3OX//wIG";
                  wireguard-mesh-wg0 = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
                };
              };
              nodes.beta.facts.wireguard-mesh-wg0 = "oDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
              backup.main = {
                servers.beta = { };
                clients.alpha.passphraseFile = path;
                paths = [ "/srv" ];
                recoveryRecipients = null;
              };
              monitoring.main = {
                servers = [ "alpha" ];
                grafana.adminPasswordFile = path;
              };
              wireguard-mesh.wg0 = {
                subnet = "10.10.0.0/24";
                presharedKeyFile = path;
                members.alpha.endpoint = "192.0.2.1:51820";
                members.beta = { };
              };
              reverse-proxy.web = {
                proxies.alpha = { };
                acme = {
                  email = "a@example.org";
                  acceptTerms = true;
                  dnsProvider = "hetzner";
                  environmentFile = path;
                };
                hosts."shop.example.org" = {
                  basicAuthFile = path;
                  backends.alpha.port = 8080;
                };
              };
            }
          ))
          alpha
          ;
        inherit (alpha.config) networking security services;
      in
      {
        borg = services.borgbackup.jobs."main.beta".encryption.passCommand;
        grafana = services.grafana.settings.security.admin_password;
        wireguard = map (peer: peer.presharedKeyFile) networking.wireguard.interfaces.wg0.peers;
        basicAuth = services.nginx.virtualHosts."shop.example.org".basicAuthFile;
        dns = security.acme.certs."shop.example.org".environmentFile;
      };
    expected = {
      borg = "cat /run/netlib-secrets/services/db-password";
      grafana = "$__file{/run/netlib-secrets/services/db-password}";
      wireguard = [ "/run/netlib-secrets/services/db-password" ];
      basicAuth = "/run/netlib-secrets/services/db-password";
      dns = "/run/netlib-secrets/services/db-password";
    };
  };
}
# The stub makes users in the activation only.
// lib.optionalAttrs (systems.alpha.options.services ? userborn) {
  "users are made after their secrets by userborn and by sysusers too, which run again for a new value" =
    {
      expr =
        let
          of =
            module:
            (systemsOf {
              nodes.alpha.nixos = module;
            }).alpha.config;
          userborn = of { services.userborn.enable = true; };
          sysusers = of {
            systemd.sysusers.enable = true;
            users.mutableUsers = true;
          };
          inherit (userborn.systemd.services) netlib-secrets-users;
        in
        {
          drv = map (system: lib.hasSuffix ".drv" system.system.build.toplevel.drvPath) [
            userborn
            sysusers
          ];
          before = map (unit: builtins.elem unit netlib-secrets-users.before) [
            "userborn.service"
            "systemd-sysusers.service"
            "sysinit-reactivation.target"
          ];
          noScript = map (system: system.system.activationScripts ? netlib-secrets-users) [
            userborn
            sysusers
          ];
          pulled = map (unit: builtins.elem "netlib-secrets-users.service" unit.wants) [
            userborn.systemd.services.userborn
            sysusers.systemd.services.systemd-sysusers
          ];
          again = map (builtins.elem "root-password=20261130T101500Z-3f9a61c2") [
            userborn.systemd.services.userborn.restartTriggers
            sysusers.systemd.services.systemd-sysusers.restartTriggers
          ];
        };
      expected = {
        drv = [
          true
          true
        ];
        before = [
          true
          true
          true
        ];
        noScript = [
          false
          false
        ];
        pulled = [
          true
          true
        ];
        again = [
          true
          true
        ];
      };
    };
}
