# What a server of the page gets: nginx, the program that judges and renders, and a way in.
{
  lib,
  netlib,
  accept,
}:
{
  table,
  network,
  # Public SSH host keys by node, null where one is not known.
  keys,
  # Firewall rules of those who may come, and the same as addresses for nginx; null for everybody.
  rules,
  allowed,
  # URL of a Prometheus on this server, or null; where a node exporter reads files, or null.
  prometheus,
  textfile,
  # Folder of the certificate that the server makes, or null.
  ownCertificate,
}:
{ config, pkgs, ... }:
let
  inherit (table) settings;
  script = import ../../lib/programs/script.nix { inherit lib; };
  statements = import ../../lib/statements { inherit lib; };
  runtime = "/run/netlib-status-page";
  user = "netlib-status-page";

  served = import ./nginx.nix { inherit lib; } {
    inherit settings allowed;
    hasIpv6 = config.networking.enableIPv6 or true;
    certificate =
      if ownCertificate == null then settings.certificate else "${ownCertificate}/certificate.pem";
    certificateKey =
      if ownCertificate == null then settings.certificateKey else "${ownCertificate}/key.pem";
  };

  settingsFile = pkgs.writeText "status-page.json" (
    builtins.toJSON {
      inventory = pkgs.writeText "status-page-inventory.json" (builtins.toJSON table.inventory);
      signers = pkgs.writeText "status-page-signers" (statements.signers keys);
      statement = statements.program pkgs;
      store = "/var/lib/netlib-status-page";
      spool = "${runtime}/spool";
      output = "${runtime}/pages";
      metrics = "${runtime}/metrics/state.prom";
      inherit prometheus;
    }
  );

  setup = script pkgs "status-page-setup" {
    packages = [
      pkgs.openssl
      pkgs.util-linux
    ];
    text = ''
      nginx_user=${config.services.nginx.user} certificate=${
        lib.optionalString (ownCertificate != null) ownCertificate
      }
      textfile=${lib.optionalString (textfile != null) textfile}
      ${builtins.readFile ./certificate.sh}
      ${builtins.readFile ./setup.sh}
    '';
  };
in
{
  imports = [ (accept rules) ];

  services.nginx = {
    enable = true;
    inherit (served) appendHttpConfig virtualHosts;
  };
  networking.firewall.allowedTCPPorts = lib.mkIf settings.public [ settings.port ];

  users.users.${user} = {
    isSystemUser = true;
    group = user;
    description = "Status page";
  };
  users.groups.${user} = { };
  users.users.${config.services.nginx.user}.extraGroups = [ user ];

  systemd.services = {
    netlib-status-page-setup = {
      description = "Folders of the status page";
      wantedBy = [ "multi-user.target" ];
      before = [ "nginx.service" ];
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        ExecStart = setup;
      };
    };
    nginx = {
      after = [ "netlib-status-page-setup.service" ];
      wants = [ "netlib-status-page-setup.service" ];
      serviceConfig.ReadWritePaths = [ "-${runtime}/spool" ];
    };
    netlib-status-page = {
      description = "Status page of the network ${network}";
      wantedBy = [ "multi-user.target" ];
      requires = [ "netlib-status-page-setup.service" ];
      after = [ "netlib-status-page-setup.service" ];
      serviceConfig = {
        ExecStart = "${pkgs.python3}/bin/python3 -B -E -s ${./page} serve ${settingsFile}";
        User = user;
        StateDirectory = user;
        StateDirectoryMode = "0700";
        Restart = "always";
        RestartSec = 3;
        UMask = "0027";
        # It reads what anybody may have sent.
        CapabilityBoundingSet = "";
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        MemoryMax = "512M";
        NoNewPrivileges = true;
        PrivateDevices = true;
        PrivateTmp = true;
        ProtectClock = true;
        ProtectControlGroups = true;
        ProtectHome = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectProc = "invisible";
        ProtectSystem = "strict";
        ReadWritePaths = [ runtime ];
        RestrictAddressFamilies = [
          "AF_UNIX"
        ]
        ++ lib.optionals (prometheus != null) [
          "AF_INET"
          "AF_INET6"
        ];
        IPAddressDeny = "any";
        IPAddressAllow = "localhost";
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        SystemCallArchitectures = "native";
        SystemCallFilter = [
          "@system-service"
          "~@privileged"
        ];
        TasksMax = 64;
      };
    };
  };
}
