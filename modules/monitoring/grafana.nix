# Grafana on a monitoring server, with a password and a key that were made there and are in no store.
{ lib }:
{
  port,
  source,
  listenAddress,
  # Null: made here.
  adminPasswordFile,
  # How Grafana is reached on the server itself: host:port.
  own,
}:
{ pkgs, ... }:
let
  # Not below /var/lib/netlib, which is nobody's but root's.
  directory = "/var/lib/netlib-grafana";
  secretFile = "${directory}/secret-key";
  isOwn = adminPasswordFile == null;
  passwordFile = if isOwn then "${directory}/admin-password" else adminPasswordFile;

  oneshot = {
    Type = "oneshot";
    RemainAfterExit = true;
  };
in
{
  services.grafana = {
    enable = true;
    settings = {
      server = {
        http_addr = listenAddress;
        http_port = port;
      };
      security = {
        secret_key = "$__file{${secretFile}}";
        # Read when Grafana makes its accounts, at its first start.
        admin_password = "$__file{${passwordFile}}";
      };
      # A login of one's own, also for who reaches it in another way than by the proxy.
      "auth.anonymous".enabled = lib.mkDefault false;
      users.allow_sign_up = lib.mkDefault false;
    };
    provision = {
      enable = true;
      datasources.settings.datasources = [
        {
          name = "Prometheus";
          type = "prometheus";
          url = source;
          isDefault = true;
        }
      ];
    };
  };

  systemd.services.netlib-grafana-secret = {
    description = "Makes Grafana's secret key and the password of its admin";
    requiredBy = [ "grafana.service" ];
    before = [ "grafana.service" ];
    path = [ pkgs.coreutils ];
    script = ''
      umask 077
      for file in ${secretFile} ${lib.optionalString isOwn passwordFile}; do
        [ ! -s "$file" ] || continue
        head -c 32 /dev/urandom | base64 -w 0 > "$file.new"
        chown grafana "$file.new"
        mv "$file.new" "$file"
      done
    '';
    serviceConfig = oneshot // {
      StateDirectory = baseNameOf directory;
      StateDirectoryMode = "0711";
    };
  };

  # Accounts from before the password was there have the one that everybody knows.
  systemd.services.netlib-grafana-password = {
    description = "Replaces the password that Grafana comes with";
    wantedBy = [ "multi-user.target" ];
    after = [ "grafana.service" ];
    wants = [ "grafana.service" ];
    path = [
      pkgs.coreutils
      pkgs.curl
    ];
    environment = {
      URL = "http://${own}";
      PASSWORD_FILE = passwordFile;
    };
    script = builtins.readFile ./grafana-password.sh;
    serviceConfig = oneshot;
  };
}
