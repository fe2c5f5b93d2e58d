# What an instance contributes to the NixOS configuration of a server: a repository for each client, and who looks after them.
{ lib, keyOf }:
table:
let
  repositoryOf =
    server: settings: client: clientSettings:
    lib.nameValuePair "${table.name}.${client}" {
      path = "${settings.directory}/${client}";
      authorizedKeysAppendOnly = [
        (keyOf {
          neededBy = server;
          node = client;
        })
      ];
      inherit (clientSettings) quota;
    };

  maintenanceOf = packages: settings: {
    description = "Free what clients of the backup ${table.name} have marked as deleted, and keep undo copies";
    path = packages;
    startAt = settings.maintenanceAt;
    environment.HOME = "/var/cache/backup-${table.name}";
    serviceConfig = {
      Type = "oneshot";
      User = "borg";
      Group = "borg";
      CacheDirectory = "backup-${table.name}";
      IOSchedulingClass = "idle";
    };
    script = ''
      directory=${lib.escapeShellArg settings.directory}
      clients=(${lib.escapeShellArgs (builtins.attrNames settings.clients)})
      reserve=${settings.reserve}
      undo_days=${toString table.undoDays}
      ${builtins.readFile ./maintenance.sh}
    '';
  };

  watchOf = settings: {
    description = "Look whether all clients of the backup ${table.name} still back up";
    startAt = "hourly";
    serviceConfig = {
      Type = "oneshot";
      User = "borg";
      Group = "borg";
    };
    script = ''
      directory=${lib.escapeShellArg settings.directory}
      clients=(${lib.escapeShellArgs (builtins.attrNames settings.clients)})
      declare -A quotas=(${
        lib.concatStringsSep " " (
          lib.mapAttrsToList (
            client: { quota, ... }: "[${client}]=${lib.escapeShellArg (if quota == null then "" else quota)}"
          ) settings.clients
        )
      })
      reserve=${settings.reserve}
      alarm_after=${toString table.alarmAfter}
      ${builtins.readFile ./watch.sh}
    '';
  };

  contribution =
    server: settings:
    { config, pkgs, ... }:
    lib.mkIf (settings.clients != { }) {
      services.openssh = {
        enable = true;
        # A client that is gone without a word holds the lock of its repository no longer than this.
        extraConfig = lib.mkAfter ''
          Match User borg
            ClientAliveInterval 30
            ClientAliveCountMax 3
          Match all
        '';
      };
      services.borgbackup.repos = lib.mapAttrs' (repositoryOf server settings) settings.clients;
      systemd.services = {
        ${settings.maintenance} = maintenanceOf [
          config.services.borgbackup.package
          # fallocate
          pkgs.util-linux
        ] settings;
        ${settings.watch} = watchOf settings;
      };
      systemd.timers.${settings.maintenance}.timerConfig.Persistent = true;
      systemd.tmpfiles.rules = [ "d ${settings.directory}/.undo 0700 borg borg -" ];
    };
in
lib.mapAttrs contribution table.servers
