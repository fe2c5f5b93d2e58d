# Health checks of an instance: clients can log in to their servers, and no unit of a backup has failed under the running system.
{ lib }:
table:
let
  # A deployment is not to blame for what failed before it, and must be able to mend it.
  failedUnits = units: {
    packages = pkgs: [
      pkgs.coreutils
      pkgs.systemd
    ];
    script = ''
      since=$(stat --format=%Y /run/current-system)
      status=0
      for unit in ${lib.escapeShellArgs units}; do
        [ "$(systemctl show --property=ActiveState --value "$unit")" = failed ] || continue
        failed=$(systemctl show --timestamp=unix --property=InactiveEnterTimestamp --value "$unit")
        if [ "''${failed#@}" -ge "$since" ]; then
          echo "$unit has failed: journalctl -u $unit"
          status=1
        fi
      done
      exit "$status"
    '';
  };

  login = client: server: {
    description = "${client} can log in to ${server} for backups";
    exec = {
      packages = pkgs: [ pkgs.openssh ];
      # Answered by `borg serve`, which ends at the end of its input.
      script = ''
        ${table.loginOf client server} </dev/null
      '';
    };
    period = 5;
    timeout = 30;
  };

  ofClient =
    client: settings:
    {
      "backup-${table.name}-client" = {
        description = "backups and restore checks of ${client} succeed";
        exec = failedUnits (
          lib.concatMap (job: [
            job.unit
            "${job.restoreCheck}.service"
          ]) settings.jobs
        );
      };
    }
    // lib.optionalAttrs table.checkLogin (
      lib.listToAttrs (
        map (
          job: lib.nameValuePair "backup-${table.name}.${job.server}" (login client job.server)
        ) settings.jobs
      )
    );

  ofServer = server: settings: {
    "backup-${table.name}-server" = {
      description = "${server} hears of all clients and keeps their repositories in order";
      exec = failedUnits [
        "${settings.maintenance}.service"
        "${settings.watch}.service"
      ];
    };
  };
in
lib.mkMerge [
  (lib.mapAttrs ofClient table.clients)
  (lib.mapAttrs ofServer (lib.filterAttrs (_: settings: settings.clients != { }) table.servers))
]
