# What a server gets: a repository for each client, to which that one can only add, and the weekly freeing of what was given up.
{
  lib,
  publicKeyOf,
  recoveryOf,
}:
{ table, settings }:
name: server:
{ pkgs, ... }:
let
  clients = table.clientsOf name;
in
{
  services.borgbackup.repos = lib.mapAttrs' (
    client: _:
    lib.nameValuePair "${table.instance}-${client}" {
      path = "${server.path}/${client}";
      authorizedKeysAppendOnly = [ (publicKeyOf client) ];
    }
  ) clients;

  systemd.services."netlib-backup-compact-${table.instance}" = {
    description = "Frees what the clients of the backup ${table.instance} gave up";
    startAt = "weekly";
    path = [
      pkgs.borgbackup
      pkgs.coreutils
    ];
    environment = {
      ROOT = server.path;
      CLIENTS = lib.concatStringsSep " " (builtins.attrNames clients);
      GRACE_DAYS = toString settings.graceDays;
      BORG_RELOCATED_REPO_ACCESS_IS_OK = "yes";
      BORG_BASE_DIR = "/var/lib/netlib-backup-compact";
    };
    script = builtins.readFile ./scripts/compact.sh;
    serviceConfig = {
      Type = "oneshot";
      User = "borg";
      Group = "borg";
      StateDirectory = "netlib-backup-compact";
    };
  };

  # Beside the backups, for whoever has one of the recovery keys and has lost the client.
  environment.etc = lib.mapAttrs' (
    client: _:
    lib.nameValuePair "netlib/backup/${table.instance}/recovery/${client}.age.base64" {
      text = "${recoveryOf client}\n";
    }
  ) (lib.optionalAttrs (table.recoveryKeys != [ ]) clients);

  # The directory of copies belongs to who makes them.
  systemd.tmpfiles.rules = [
    "d ${server.path} 0755 borg borg - -"
    "d ${server.path}/.kept 0700 borg borg - -"
  ];
}
