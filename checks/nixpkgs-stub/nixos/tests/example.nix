# A configuration with something of everything that lands in the system's directory.
{ pkgs, ... }:
{
  networking.hostName = "alpha";
  boot.kernelParams = [ "quiet" ];
  networking.hosts."192.0.2.7" = [ "seven" ];
  environment.systemPackages = [ pkgs.hello ];
  environment.etc."example/file".text = "content";
  environment.etc."example/secret" = {
    text = "secret";
    mode = "0600";
  };
  users.users.alice.isNormalUser = true;
  users.users.root.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAAKEY root" ];
  services.openssh.enable = true;
  services.openssh.knownHosts.beta.publicKey = "ssh-ed25519 AAAABETA";
  systemd.services.daemon = {
    wantedBy = [ "multi-user.target" ];
    script = "exec sleep infinity";
    startAt = "daily";
  };
  systemd.services.masked = {
    enable = false;
    script = "true";
  };
  networking.wireguard.interfaces.wg0 = {
    ips = [ "10.9.0.1/24" ];
    privateKeyFile = "/var/lib/wg/key";
  };
  system.extraSystemBuilderCmds = "echo built > $out/marker";
}
