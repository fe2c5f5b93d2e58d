# The README's example as NixOS systems: jobs, repositories, keys. The same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  keys = {
    web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
    shop = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJY0UKrzhK7nLF0rMG5j8FonPeLD5ElhwwYDqd4jXIyr";
    vault = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFYbL9DDucXeDDJ2rMb1tUK/mmq350d5//S+Z9DhqnSK";
  };
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.backup
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes.web.facts.backup-main = lib.mkDefault keys.web;
        nodes.shop.facts.backup-main = keys.shop;
        nodes.vault.facts.ssh-host-key = lib.mkDefault keys.vault;
      };
    };
  inherit (outputsOf { }) nixosConfigurations;
  jobOf = system: system.config.services.borgbackup.jobs."main.vault";
  web = nixosConfigurations.web.config;
  vault = nixosConfigurations.vault.config;

  isRefused = value: !(builtins.tryEval (builtins.seq value true)).success;
  withFacts = facts: (outputsOf { nodes = facts; }).nixosConfigurations;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) nixosConfigurations;
    expected = {
      shop = true;
      vault = true;
      web = true;
    };
  };

  "jobs: repository, paths, time, what stays" = {
    expr = {
      inherit (jobOf nixosConfigurations.web)
        repo
        paths
        exclude
        startAt
        persistentTimer
        ;
      keep = (jobOf nixosConfigurations.web).prune.keep;
      password = (jobOf nixosConfigurations.web).encryption;
      timer = web.systemd.timers."backup-main.vault-restore-check".timerConfig;
    };
    expected = {
      repo = "ssh://borg@vault.example.org:22/./.";
      paths = [
        "/home"
        "/var/lib"
        "/var/lib/netlib/backup/main/marker-vault"
      ];
      exclude = [ "/home/*/.cache" ];
      startAt = "*-*-* 02:00:39";
      persistentTimer = true;
      keep = {
        daily = 7;
        monthly = 6;
        weekly = 4;
      };
      password = {
        mode = "repokey-blake2";
        passCommand = "cat /var/lib/netlib/backup/main/passphrase";
      }
      // lib.optionalAttrs ((jobOf nixosConfigurations.web).encryption ? passphrase) {
        passphrase = null;
      };
      timer = {
        OnCalendar = [ "Mon *-*-* 21:50:49" ];
        Persistent = true;
      };
    };
  };

  "what a hook writes to is there before the unit starts, and its programs are the system's" =
    let
      inherit (nixosConfigurations.shop.config) services systemd;
      hook = services.borgbackup.jobs."main.vault".preHook;
    in
    {
      expr = {
        made = builtins.elem "d /var/backup :0711 :root :root -" systemd.tmpfiles.rules;
        hook = map (words: lib.hasInfix words hook) [
          "PATH=$PATH:/run/current-system/sw/bin\n"
          "\nrunuser -u postgres -- pg_dumpall > /var/backup/postgres.sql\n"
        ];
        without = lib.hasInfix "PATH" (jobOf nixosConfigurations.web).preHook;
      };
      expected = {
        made = true;
        hook = [
          true
          true
        ];
        without = false;
      };
    };

  "the server: one append-only key for each client, which sees only its own repository" = {
    expr = lib.mapAttrs (_: repository: {
      inherit (repository)
        path
        authorizedKeys
        authorizedKeysAppendOnly
        ;
    }) vault.services.borgbackup.repos;
    expected = lib.mapAttrs' (
      client: key:
      lib.nameValuePair "main.${client}" {
        path = "/mnt/vault/backup/${client}";
        authorizedKeys = [ ];
        authorizedKeysAppendOnly = [ key ];
      }
    ) (removeAttrs keys [ "vault" ]);
  };

  "the server: sshd, and who looks after the repositories" = {
    expr = {
      sshd = vault.services.openssh.enable;
      maintenance = vault.systemd.services.backup-main-maintenance.serviceConfig.User;
      watch = vault.systemd.services.backup-main-watch.startAt;
      forced = lib.hasInfix "--append-only" (
        builtins.head vault.users.users.borg.openssh.authorizedKeys.keys
      );
    };
    expected = {
      sshd = true;
      maintenance = "borg";
      watch = [ "hourly" ];
      forced = true;
    };
  };

  "the server's key is pinned under its name; over a network of both the address is that one's, in brackets if it is IPv6" =
    let
      job = jobOf (
        (outputsOf {
          exports.networks.mesh.members = {
            web.addresses = [ "fd00:10::1" ];
            vault.addresses = [ "fd00:10::7" ];
          };
        }).nixosConfigurations.web
      );
      words = lib.splitString " " (lib.replaceStrings [ "'" ] [ "" ] job.environment.BORG_RSH);
      # Named after what is in it.
      knownHosts = builtins.toFile "known-hosts-vault" "vault ${keys.vault}\n";
    in
    {
      expr = {
        inherit (job) repo;
        pinned = map (option: builtins.elem option words) [
          "HostKeyAlias=vault"
          "StrictHostKeyChecking=yes"
          "UserKnownHostsFile=${knownHosts}"
        ];
      };
      expected = {
        repo = "ssh://borg@[fd00:10::7]:22/./.";
        pinned = [
          true
          true
          true
        ];
      };
    };

  "a fact that is no key is refused, for the node that needs it alone" =
    let
      broken = withFacts { web.facts.backup-main = "no key"; };
    in
    {
      expr = lib.mapAttrs (_: system: isRefused system.config.system.build.toplevel.drvPath) broken;
      expected = {
        shop = false;
        vault = true;
        web = false;
      };
    };
}
