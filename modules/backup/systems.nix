# The README's example as NixOS systems: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  sshKey = letter: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${lib.fixedWidthString 43 letter "1"}";
  outputs = subject.outputsOf {
    default = {
      imports = [
        modules.backup
        modules.wireguard-mesh
        ./example.nix
      ];
      network.name = "example";
      defaults = subject.minimal;
      nodes.vault.facts = {
        wireguard-mesh-wg0 = "vDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
        ssh-host-key = sshKey "v";
      };
      nodes.web.facts = {
        wireguard-mesh-wg0 = "wDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
        backup-daily-key = sshKey "w";
        backup-daily-recovery = "d2Vi";
      };
      nodes.mail.facts = {
        backup-daily-key = sshKey "m";
        backup-daily-recovery = "bWFpbA==";
      };
    };
  };
  configOf = name: outputs.nixosConfigurations.${name}.config;
  vault = configOf "vault";
  job = (configOf "mail").services.borgbackup.jobs.daily;
  hostOf =
    name:
    builtins.elemAt (builtins.match ".*HostName ([^\n]+)\n.*"
      (configOf name).environment.etc."netlib/backup/daily/ssh_config".text
    ) 0;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) outputs.nixosConfigurations;
    expected = lib.genAttrs [ "mail" "vault" "web" ] (_: true);
  };

  "each client has a repository to which it can only add" = {
    expr = lib.mapAttrs (_: repository: {
      inherit (repository) authorizedKeys authorizedKeysAppendOnly;
      path = toString repository.path;
    }) vault.services.borgbackup.repos;
    expected = {
      daily-mail = {
        authorizedKeys = [ ];
        authorizedKeysAppendOnly = [ (sshKey "m") ];
        path = "/srv/backup/mail";
      };
      daily-web = {
        authorizedKeys = [ ];
        authorizedKeysAppendOnly = [ (sshKey "w") ];
        path = "/srv/backup/web";
      };
    };
  };

  "a client's job" = {
    expr = {
      inherit (job) exclude paths persistentTimer;
      inherit (job.encryption) mode passCommand;
      inherit (job.prune) keep;
      rsh = job.environment.BORG_RSH;
    };
    expected = {
      exclude = [ "*/.cache" ];
      paths = [
        "/home"
        "/var/mail"
        "/var/lib/netlib/backup/daily/sample"
      ];
      persistentTimer = true;
      mode = "repokey-blake2";
      passCommand = "cat /var/lib/netlib/backup/daily/passphrase";
      keep = {
        daily = 7;
        weekly = 4;
        monthly = 6;
      };
      rsh = "ssh -F /etc/netlib/backup/daily/ssh_config";
    };
  };

  "clients come by the mesh where they can" = {
    expr = map hostOf [
      "mail"
      "web"
    ];
    expected = [
      "vault.example.org"
      "fd00:10::1"
    ];
  };

  "the server has what opens the backups, for who has the key" = {
    expr = vault.environment.etc."netlib/backup/daily/recovery/web.age.base64".text;
    expected = "d2Vi\n";
  };
}
