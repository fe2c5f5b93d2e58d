{
  configuration =
    { lib, ... }:
    {
      services.openssh = {
        enable = true;
        ports = [
          22
          2222
        ];
        settings = {
          PermitRootLogin = "no";
          MaxAuthTries = 3;
          TrustedUserCAKeys = "/etc/ssh/ca.pub";
        };
        knownHosts.beta = {
          extraHostNames = [ "192.0.2.2" ];
          publicKey = "ssh-ed25519 AAAABETA";
        };
      };
      programs.ssh.knownHosts.gamma.publicKey = "ssh-ed25519 AAAAGAMMA";
      users.users.alice = {
        isNormalUser = true;
        extraGroups = lib.mkBefore [ "wheel" ];
        openssh.authorizedPrincipals = [
          "alice"
          "ops"
        ];
        openssh.authorizedKeys.keys = [
          "ssh-ed25519 AAAAONE one"
          "ssh-ed25519 AAAATWO two"
        ];
      };
    };

  values =
    { config, lib, ... }:
    {
      tcp = config.networking.firewall.allowedTCPPorts;
      inherit (config.services.openssh.settings)
        PermitRootLogin
        PasswordAuthentication
        MaxAuthTries
        TrustedUserCAKeys
        X11Forwarding
        AllowUsers
        ;
      hostKeys = map (key: key.path) config.services.openssh.hostKeys;
      knownNames = lib.attrNames config.programs.ssh.knownHosts;
      inherit (config.programs.ssh.knownHosts.beta) hostNames certAuthority;
      # The texts, without blank lines: only their lines matter to sshd.
      known = lib.filter (line: line != "") (
        lib.splitString "\n" config.environment.etc."ssh/ssh_known_hosts".text
      );
      principals = config.environment.etc."ssh/authorized_principals.d/alice".text;
      inherit (config.services.openssh.settings) AuthorizedPrincipalsFile;
      keysMode = config.environment.etc."ssh/authorized_keys.d/alice".mode;
      keys = config.users.users.alice.openssh.authorizedKeys.keys;
      # A configuration's own, whatever modules of the real one add.
      readsOurKeys = lib.elem "/etc/ssh/authorized_keys.d/%u" config.services.openssh.authorizedKeysFiles;
    };

  expected = {
    tcp = [
      22
      2222
    ];
    PermitRootLogin = "no";
    PasswordAuthentication = true;
    MaxAuthTries = 3;
    TrustedUserCAKeys = "/etc/ssh/ca.pub";
    X11Forwarding = false;
    AllowUsers = null;
    hostKeys = [
      "/etc/ssh/ssh_host_rsa_key"
      "/etc/ssh/ssh_host_ed25519_key"
    ];
    knownNames = [
      "beta"
      "gamma"
    ];
    hostNames = [
      "beta"
      "192.0.2.2"
    ];
    certAuthority = false;
    known = [
      "beta,192.0.2.2 ssh-ed25519 AAAABETA"
      "gamma ssh-ed25519 AAAAGAMMA"
    ];
    principals = "alice\nops";
    AuthorizedPrincipalsFile = "/etc/ssh/authorized_principals.d/%u";
    keysMode = "0444";
    keys = [
      "ssh-ed25519 AAAAONE one"
      "ssh-ed25519 AAAATWO two"
    ];
    readsOurKeys = true;
  };
}
