# Borg: jobs as services with timers, repositories as accounts that may run nothing but `borg serve`.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.services.borgbackup;
  options = import ./borgbackup-options.nix {
    inherit lib;
    inherit (config.networking) hostName;
  };

  # A warning is status 1 or from 100 to 127.
  runOf = job: ''
    run() {
      local status=0
      borg "$@" || status=$?
      ${lib.optionalString (!job.failOnWarnings) ''
        if [ "$status" = 1 ] || { [ "$status" -ge 100 ] && [ "$status" -le 127 ]; }; then status=0; fi
      ''}
      return "$status"
    }
  '';

  prune = job: ''
    run prune ${
      lib.cli.toGNUCommandLineShell { } (
        lib.mapAttrs' (unit: lib.nameValuePair "keep-${unit}") job.prune.keep
      )
    } ${
      lib.optionalString (
        job.prune.prefix != null
      ) "--glob-archives ${lib.escapeShellArg "${job.prune.prefix}*"}"
    }
    run compact
  '';

  serviceOf =
    name: job:
    lib.nameValuePair "borgbackup-job-${name}" {
      description = "Borg job ${name}";
      path = [
        cfg.package
        pkgs.openssh
      ];
      environment = {
        HOME = "/root";
        BORG_REPO = job.repo;
      }
      // lib.optionalAttrs (job.encryption.passCommand != null) {
        BORG_PASSCOMMAND = job.encryption.passCommand;
      }
      // job.environment;
      serviceConfig = {
        CPUSchedulingPolicy = "idle";
        ProtectSystem = "strict";
        PrivateTmp = true;
        ReadWritePaths = [
          "/root/.config/borg"
          "/root/.cache/borg"
        ]
        ++ job.readWritePaths;
      };
      script = ''
        ${runOf job}
        archive="${
          lib.optionalString (job.archiveBaseName != null) "${job.archiveBaseName}-"
        }$(date +%Y-%m-%dT%H:%M:%S)"
        ${job.preHook}
        run list > /dev/null || run init --encryption ${job.encryption.mode}
        run create --compression ${job.compression} \
          --exclude-from ${pkgs.writeText "excluded" (lib.concatLines job.exclude)} \
          "::$archive.failed" ${lib.escapeShellArgs job.paths}
        run rename "::$archive.failed" "$archive"
        ${lib.optionalString (job.prune.keep != { }) (prune job)}
      '';
    };

  timerOf =
    name: job:
    lib.nameValuePair "borgbackup-job-${name}" {
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnCalendar = job.startAt;
        Persistent = job.persistentTimer;
      };
    };

  directoryOf =
    name: repository:
    lib.nameValuePair "borgbackup-repo-${name}" {
      description = "Directory of the Borg repository ${name}";
      wantedBy = [ "multi-user.target" ];
      serviceConfig.Type = "oneshot";
      script = ''
        mkdir -p ${lib.escapeShellArg repository.path}
        chown ${repository.user}:${repository.group} ${lib.escapeShellArg repository.path}
      '';
    };

  keyLine =
    repository: options: key:
    let
      serve =
        "cd ${lib.escapeShellArg repository.path} && borg serve --restrict-to-repository . ${options}"
        + lib.optionalString (repository.quota != null) " --storage-quota ${repository.quota}";
    in
    ''command="${serve}",restrict ${key}'';

  accountOf = repository: {
    users.${repository.user} = {
      isSystemUser = true;
      useDefaultShell = true;
      inherit (repository) group;
      openssh.authorizedKeys.keys =
        map (keyLine repository "") repository.authorizedKeys
        ++ map (keyLine repository "--append-only") repository.authorizedKeysAppendOnly;
    };
    groups.${repository.group} = { };
  };
in
{
  options.services.borgbackup = {
    package = mkOption {
      type = types.package;
      default = pkgs.borgbackup;
      defaultText = lib.literalExpression "pkgs.borgbackup";
      example = lib.literalExpression "pkgs.borgbackup";
      description = "The package with borg.";
    };
    jobs = mkOption {
      type = types.attrsOf (types.submodule options.job);
      default = { };
      example = {
        home = {
          paths = [ "/home" ];
          repo = "borg@vault:.";
          encryption.mode = "none";
        };
      };
      description = "Backups.";
    };
    repos = mkOption {
      type = types.attrsOf (types.submodule options.repository);
      default = { };
      example = {
        alpha.authorizedKeys = [ "ssh-ed25519 AAAA… alpha" ];
      };
      description = "Repositories for backups of others.";
    };
  };

  config = lib.mkIf (cfg.jobs != { } || cfg.repos != { }) {
    assertions =
      lib.mapAttrsToList (name: job: {
        assertion = job.encryption.mode != "none" -> job.encryption.passCommand != null;
        message = "services.borgbackup.jobs.${name}.encryption: set passCommand.";
      }) cfg.jobs
      ++ lib.mapAttrsToList (name: repository: {
        assertion = repository.authorizedKeys ++ repository.authorizedKeysAppendOnly != [ ];
        message = "services.borgbackup.repos.${name} has no key.";
      }) cfg.repos;

    environment.systemPackages = [ cfg.package ];
    systemd.services = lib.mapAttrs' serviceOf cfg.jobs // lib.mapAttrs' directoryOf cfg.repos;
    systemd.timers = lib.mapAttrs' timerOf (lib.filterAttrs (_: job: job.startAt != [ ]) cfg.jobs);
    systemd.tmpfiles.rules = lib.mkIf (cfg.jobs != { }) [
      "d /root/.config/borg 0700 root root -"
      "d /root/.cache/borg 0700 root root -"
    ];
    users = lib.mkMerge (map accountOf (builtins.attrValues cfg.repos));
  };
}
