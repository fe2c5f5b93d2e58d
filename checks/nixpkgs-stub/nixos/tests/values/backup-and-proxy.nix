{
  configuration = {
    networking.hostName = "alpha";
    services.borgbackup = {
      jobs.home = {
        paths = "/home";
        repo = "ssh://borg@vault/./.";
        encryption = {
          mode = "repokey-blake2";
          passCommand = "cat /run/passphrase";
        };
        startAt = "*-*-* 01:00:00";
        persistentTimer = true;
      };
      repos.beta = {
        path = "/srv/beta";
        authorizedKeysAppendOnly = [ "ssh-ed25519 AAAABETA" ];
      };
    };
    security.acme.acceptTerms = true;
    security.acme.certs."a.example.org".email = "admin@example.org";
    services.nginx = {
      enable = true;
      upstreams.shop.servers = {
        "192.0.2.1:80".weight = 3;
        "192.0.2.2:80".backup = true;
      };
      virtualHosts."a.example.org" = {
        serverAliases = [ "b.example.org" ];
        forceSSL = true;
        enableACME = true;
        locations."/".proxyPass = "http://shop";
      };
    };
  };

  values =
    { config, lib, ... }:
    let
      job = config.services.borgbackup.jobs.home;
      line = lib.head config.users.users.borg.openssh.authorizedKeys.keys;
      has = words: lib.hasInfix words line;
    in
    {
      inherit (job)
        paths
        archiveBaseName
        compression
        failOnWarnings
        ;
      prefix = job.prune.prefix;
      unit = config.systemd.services.borgbackup-job-home.environment.BORG_REPO;
      timer = lib.getAttrs [
        "OnCalendar"
        "Persistent"
      ] config.systemd.timers.borgbackup-job-home.timerConfig;
      directory = config.systemd.services ? borgbackup-repo-beta;
      forced = map has [
        "command="
        "cd /srv/beta"
        "borg serve --restrict-to-repository ."
        "--append-only"
        "restrict ssh-ed25519 AAAABETA"
      ];
      account = config.users.users.borg.isSystemUser;
      names = config.security.acme.certs."a.example.org".extraDomainNames;
      webroot = config.security.acme.certs."a.example.org".webroot;
      servers = lib.mapAttrs (_: server: server.backup) config.services.nginx.upstreams.shop.servers;
      inherit (config.services.nginx.virtualHosts."a.example.org".locations."/")
        proxyWebsockets
        recommendedProxySettings
        ;
      nginx = config.systemd.services.nginx.wantedBy;
    };

  expected = {
    paths = [ "/home" ];
    archiveBaseName = "alpha-home";
    compression = "lz4";
    failOnWarnings = true;
    prefix = "alpha-home";
    unit = "ssh://borg@vault/./.";
    timer = {
      OnCalendar = "*-*-* 01:00:00";
      Persistent = true;
    };
    directory = true;
    forced = [
      true
      true
      true
      true
      true
    ];
    account = true;
    names = [ "b.example.org" ];
    webroot = "/var/lib/acme/acme-challenge";
    servers = {
      "192.0.2.1:80" = false;
      "192.0.2.2:80" = true;
    };
    proxyWebsockets = false;
    recommendedProxySettings = false;
    nginx = [ "multi-user.target" ];
  };
}
