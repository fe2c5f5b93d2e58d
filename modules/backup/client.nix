# What a client gets: a Borg job to its server, and the weekly look whether it can restore.
{
  lib,
  netlib,
  hostKeys,
}:
{ table, settings }:
name: client:
{ pkgs, ... }:
let
  inherit (table) directory instance;
  server = table.servers.${client.server};
  sample = "${directory}/sample";

  knownHosts = pkgs.writeText "backup-${instance}-known-hosts" ''
    ${client.server} ${hostKeys.${client.server}}
  '';

  # Where the server is and who it must be, for borg and for whoever restores by hand.
  sshConfiguration = ''
    Host backup-server
      HostName ${
        netlib.addressOf {
          from = name;
          to = client.server;
        }
      }
      Port ${toString server.port}
      User borg
      IdentityFile ${directory}/ssh-key
      IdentitiesOnly yes
      BatchMode yes
      StrictHostKeyChecking yes
      HostKeyAlias ${client.server}
      UserKnownHostsFile ${knownHosts}
      ServerAliveInterval 30
  '';

  environment.BORG_RSH = "ssh -F /etc/${table.configuration}";
  # The server lets the client into one directory only.
  repository = "ssh://backup-server/./.";
  passCommand = "cat ${directory}/passphrase";
  unit = "borgbackup-job-${instance}";
in
{
  environment.etc.${table.configuration}.text = sshConfiguration;

  services.borgbackup.jobs.${instance} = {
    repo = repository;
    paths = client.paths ++ [ sample ];
    inherit (client) exclude startAt;
    inherit environment;
    # A machine that was off makes up for it.
    persistentTimer = true;
    encryption = {
      mode = "repokey-blake2";
      inherit passCommand;
    };
    compression = "auto,zstd";
    prune.keep = { inherit (settings.keep) daily weekly monthly; };
    preHook = ''
      directory=${directory}
      ${builtins.readFile ./scripts/before.sh}
    '';
  };

  systemd.services."netlib-backup-check-${instance}" = {
    description = "Restores from the backup ${instance}, to see that it can";
    startAt = client.checkAt;
    after = [ "${unit}.service" ];
    path = [
      pkgs.borgbackup
      pkgs.coreutils
      pkgs.diffutils
      pkgs.jq
      pkgs.openssh
    ];
    environment = environment // {
      BORG_REPO = repository;
      BORG_PASSCOMMAND = passCommand;
      SAMPLE = sample;
      RESTORE = settings.restoreCheck;
      MAX_AGE_DAYS = toString settings.maxAgeDays;
    };
    script = builtins.readFile ./scripts/restore-check.sh;
    serviceConfig.Type = "oneshot";
  };
}
