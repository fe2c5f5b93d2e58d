# What an instance contributes to the NixOS configuration of a client: a job and a restore check for each of its servers.
{
  lib,
  netlib,
  hostKeyOf,
}:
table:
let
  bracketed = host: if netlib.ip.isIpv6 host then "[${host}]" else host;

  addressOf =
    client: server:
    let
      inherit (table.servers.${server}) address;
    in
    if address != null then
      address
    else
      netlib.addressOf {
        from = client;
        to = server;
      };

  # The server is known by its name and its gathered key, whatever address leads to it.
  sshOptions =
    server:
    lib.escapeShellArgs (
      [
        "-i"
        table.sshKey
      ]
      ++
        lib.concatMap
          (option: [
            "-o"
            option
          ])
          [
            "IdentitiesOnly=yes"
            "BatchMode=yes"
            "StrictHostKeyChecking=yes"
            "HostKeyAlias=${server}"
            "UserKnownHostsFile=${builtins.toFile "known-hosts-${server}" "${server} ${hostKeyOf server}\n"}"
            "GlobalKnownHostsFile=/dev/null"
            "ConnectTimeout=20"
            "ServerAliveInterval=30"
          ]
    );

  environmentOf = client: server: {
    BORG_RSH = "ssh ${sshOptions server}";
    BORG_REPO = "ssh://borg@${bracketed (addressOf client server)}:${
      toString table.servers.${server}.port
    }/./.";
    BORG_PASSCOMMAND = "cat ${table.clients.${client}.passphrase}";
    # An address that changes is no attack: the server proves its key, and the repository knows the passphrase.
    BORG_RELOCATED_REPO_ACCESS_IS_OK = "yes";
    # The server may be freeing space, or notice only now that an earlier run of this client is gone.
    BORG_LOCK_WAIT = "600";
  };

  jobOf =
    client: job:
    let
      environment = environmentOf client job.server;
      settings = table.clients.${client};
    in
    lib.nameValuePair job.id {
      paths = settings.paths ++ [ job.marker ];
      inherit (settings) exclude;
      inherit (job) startAt;
      inherit (table) compression;
      repo = environment.BORG_REPO;
      encryption = {
        mode = "repokey-blake2";
        passCommand = environment.BORG_PASSCOMMAND;
      };
      environment = removeAttrs environment [
        "BORG_REPO"
        "BORG_PASSCOMMAND"
      ];
      persistentTimer = true;
      # A file that changes while it is read is no failed backup.
      failOnWarnings = false;
      readWritePaths = [ table.directory ] ++ settings.readWritePaths;
      preHook = ''
        ${lib.optionalString (settings.preHook != "") ''
          # What somebody finds who tries it in a shell: databases and their tools.
          export PATH=$PATH:/run/current-system/sw/bin
          # What it writes is for nobody else.
          umask 077
          ${settings.preHook}
        ''}
        written=$(date +%s)
        printf '%s %s\n' "$written" "$({ printf %s "$written"; cat ${settings.passphrase}; } | sha256sum | cut -d ' ' -f 1)" > ${job.marker}
      '';
      # Append-only: the server records what is to go, and frees the space itself later.
      prune.keep = table.keep;
    };

  restoreCheckOf =
    {
      pkgs,
      package,
      client,
      job,
    }:
    lib.nameValuePair job.restoreCheck {
      description = "Restore a marker from the newest backup of ${client} on ${job.server}";
      path = [
        package
        pkgs.openssh
      ];
      environment = environmentOf client job.server // {
        HOME = "/root";
      };
      startAt = job.restoreCheckAt;
      after = [ job.unit ];
      serviceConfig = {
        Type = "oneshot";
        PrivateTmp = true;
      };
      script = ''
        passphrase=${table.clients.${client}.passphrase}
        marker=${job.marker}
        server=${job.server}
        ${builtins.readFile ./restore-check.sh}
      '';
    };

  contribution =
    client: settings:
    { config, pkgs, ... }:
    {
      services.borgbackup.jobs = lib.listToAttrs (map (jobOf client) settings.jobs);
      systemd.services = lib.listToAttrs (
        map (
          job:
          restoreCheckOf {
            inherit pkgs client job;
            inherit (config.services.borgbackup) package;
          }
        ) settings.jobs
      );
      # A unit whose writable paths are not all there does not start; what is there stays as it is. Others may pass through: /var/backup
      # is also where `services.postgresqlBackup` has a folder of its own.
      systemd.tmpfiles.rules = map (path: "d ${path} :0711 :root :root -") settings.readWritePaths;
      systemd.timers = lib.listToAttrs (
        map (job: lib.nameValuePair job.restoreCheck { timerConfig.Persistent = true; }) settings.jobs
      );
    };
in
{
  configurations = lib.mapAttrs contribution table.clients;

  # A command line that ends well when the client can log in.
  loginOf =
    client: server:
    "ssh ${sshOptions server} -p ${
      toString table.servers.${server}.port
    } -- borg@${addressOf client server}";
}
