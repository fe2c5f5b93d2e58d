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
}
