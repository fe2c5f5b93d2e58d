{
  configuration =
    { pkgs, lib, ... }:
    {
      imports = [ { systemd.services.daemon.serviceConfig.Environment = [ "B=2" ]; } ];
      systemd.services.daemon = {
        description = "Daemon";
        wantedBy = [ "multi-user.target" ];
        after = [ "network.target" ];
        serviceConfig = {
          Restart = lib.mkDefault "always";
          ExecStart = "/bin/true";
          Environment = [ "A=1" ];
        };
        environment.LANG = "C";
        unitConfig.ConditionPathExists = "/etc/passwd";
        restartIfChanged = false;
        startAt = "daily";
      };
      systemd.services.listener.script = "exec true";
      systemd.sockets.listener = {
        wantedBy = [ "sockets.target" ];
        listenStreams = [ "/run/listener" ];
      };
      systemd.paths.watcher.pathConfig.PathExists = "/run/watched";
      systemd.targets.group.wants = [ "daemon.service" ];
      systemd.tmpfiles.rules = [ "d /var/lib/example 0750 root root -" ];
    };

  values =
    { config, lib, ... }:
    let
      daemon = config.systemd.services.daemon;
      unitOf = name: config.systemd.units.${name};
    in
    {
      inherit (daemon)
        description
        wantedBy
        after
        restartIfChanged
        stopIfChanged
        startAt
        ;
      restart = daemon.serviceConfig.Restart;
      environmentSetting = builtins.sort builtins.lessThan daemon.serviceConfig.Environment;
      timer = config.systemd.timers.daemon.timerConfig.OnCalendar;
      timerWantedBy = config.systemd.timers.daemon.wantedBy;
      names = builtins.sort builtins.lessThan (
        lib.intersectLists [
          "daemon.service"
          "daemon.timer"
          "listener.service"
          "listener.socket"
          "watcher.path"
          "group.target"
          "absent.service"
        ] (lib.attrNames config.systemd.units)
      );
      noRestart = lib.hasInfix "X-RestartIfChanged=false" (unitOf "daemon.service").text;
      listens = lib.hasInfix "ListenStream=/run/listener" (unitOf "listener.socket").text;
      wants = lib.hasInfix "Wants=daemon.service" (unitOf "group.target").text;
      condition = lib.hasInfix "ConditionPathExists=/etc/passwd" (unitOf "daemon.service").text;
      tmpfile = lib.elem "d /var/lib/example 0750 root root -" config.systemd.tmpfiles.rules;
    };

  expected = {
    description = "Daemon";
    wantedBy = [ "multi-user.target" ];
    after = [ "network.target" ];
    restartIfChanged = false;
    stopIfChanged = true;
    startAt = [ "daily" ];
    restart = "always";
    environmentSetting = [
      "A=1"
      "B=2"
    ];
    timer = [ "daily" ];
    timerWantedBy = [ "timers.target" ];
    names = [
      "daemon.service"
      "daemon.timer"
      "group.target"
      "listener.service"
      "listener.socket"
      "watcher.path"
    ];
    noRestart = true;
    listens = true;
    wants = true;
    condition = true;
    tmpfile = true;
  };
}
