# The clients and servers of one instance as plain values, and the jobs between them.
{ lib, netlib }:
name: settings:
let
  startAt = import ./schedule.nix { inherit lib; };

  # Names of nodes have no dots, so neither do two names of jobs meet, nor two of repositories.
  jobOf =
    client: clientSettings: server:
    let
      id = "${name}.${server}";
      path = "${directory}/marker-${server}";
      key = "${name}/${client}/${server}";
    in
    {
      inherit id server;
      marker = path;
      unit = "borgbackup-job-${id}.service";
      restoreCheck = "backup-${id}-restore-check";
      startAt =
        if clientSettings.startAt != null then clientSettings.startAt else startAt settings.schedule key;
      restoreCheckAt = startAt {
        inherit (settings.restoreCheck) every;
        start = "00:00";
        window = 1440;
      } "${key}/restore-check";
    };

  clientOf = client: clientSettings: {
    passphrase =
      if clientSettings.passphraseFile == null then
        "${directory}/passphrase"
      else
        clientSettings.passphraseFile;
    hasOwnPassphrase = clientSettings.passphraseFile == null;
    inherit (clientSettings)
      preHook
      quota
      readWritePaths
      servers
      ;
    paths = lib.unique (settings.paths ++ clientSettings.paths);
    exclude = lib.unique (settings.exclude ++ clientSettings.exclude);
    jobs = map (jobOf client clientSettings) clientSettings.servers;
  };

  clients = lib.mapAttrs clientOf settings.clients;

  serverOf = server: serverSettings: {
    inherit (serverSettings)
      address
      port
      directory
      reserve
      ;
    clients = lib.filterAttrs (_: client: builtins.elem server client.servers) clients;
    maintenance = "backup-${name}-maintenance";
    watch = "backup-${name}-watch";
    maintenanceAt = startAt {
      every = "day";
      start = "00:00";
      window = 1440;
    } "${name}/${server}/maintenance";
  };

  # Where a client keeps what is its own.
  directory = "/var/lib/netlib/backup/${name}";
in
{
  inherit name directory clients;
  inherit (settings)
    alarmAfter
    checkLogin
    compression
    keep
    undoDays
    ;
  servers = lib.mapAttrs serverOf settings.servers;
  recipients = if settings.recoveryRecipients == null then [ ] else settings.recoveryRecipients;
  wantsRecipients = settings.recoveryRecipients == [ ];
  sshKey = "${directory}/ssh-key";
  fact = "backup-${name}";
  recoveryFact = "backup-${name}-recovery";
}
