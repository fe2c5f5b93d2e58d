# The README's example as NixOS systems: what sshd and ssh of each node get. The same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.ssh-access
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    };
  outputs = outputsOf ./example.nix;
  configOf = name: outputs.nixosConfigurations.${name}.config;
  alpha = configOf "alpha";
  beta = configOf "beta";

  # The same people without any authority.
  plain =
    (outputsOf {
      imports = [ ./example.nix ];
      nodes.alpha.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFYbL9DDucXeDDJ2rMb1tUK/mmq350d5//S+Z9DhqnSK";
      nodes.beta.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
      ssh-access.authorities = {
        users.publicKeys = lib.mkForce [ ];
        hosts.publicKeys = lib.mkForce [ ];
      };
    }).nixosConfigurations.alpha.config;

  # The example with everybody's access taken away.
  nobody =
    (outputsOf {
      imports = [ ./example.nix ];
      ssh-access.users = {
        anna.access = lib.mkForce { };
        anna.permissions = [ ];
      };
      ssh-access.groups.admins.access = lib.mkForce { };
    }).nixosConfigurations;
  sshdOf = system: system.config.services.openssh.settings;

  commentOf = line: lib.last (lib.splitString " " line);
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) outputs.nixosConfigurations;
    expected = {
      alpha = true;
      beta = true;
    };
  };

  "accounts: a person's own is made, and certificates name who may use it" = {
    expr = {
      alpha = alpha.users.users.anna.isNormalUser;
      beta = beta.users.users ? anna;
      principals = lib.genAttrs [ "anna" "root" ] (
        login: alpha.users.users.${login}.openssh.authorizedPrincipals
      );
      keys = alpha.users.users.root.openssh.authorizedKeys.keys;
      file = alpha.services.openssh.settings.AuthorizedPrincipalsFile;
    };
    expected = {
      alpha = true;
      beta = false;
      principals = {
        anna = [ "restrict,pty anna" ];
        root = [
          "restrict,pty anna"
          "restrict,pty ben"
        ];
      };
      keys = [ ];
      file = "/etc/ssh/authorized_principals.d/%u";
    };
  };

  "sshd: the authority, revoked keys, and the certificate of the host that has one" = {
    expr = {
      authority = lib.hasSuffix "-ssh-user-authorities" alpha.services.openssh.settings.TrustedUserCAKeys;
      revoked = lib.hasSuffix "-ssh-revoked-keys" alpha.services.openssh.settings.RevokedKeys;
      certificate = lib.hasSuffix "-ssh-host-alpha-cert.pub" alpha.services.openssh.settings.HostCertificate;
      without = beta.services.openssh.settings ? HostCertificate;
    };
    expected = {
      authority = true;
      revoked = true;
      certificate = true;
      without = false;
    };
  };

  "wherever an authority of users is trusted, a file of principals says who may log in, also where nobody may" =
    {
      expr = lib.mapAttrs (_: system: (sshdOf system).AuthorizedPrincipalsFile) nobody;
      expected = {
        alpha = "/etc/ssh/authorized_principals.d/%u";
        beta = "/etc/ssh/authorized_principals.d/%u";
      };
    };

  "another file of principals is refused" =
    let
      system =
        (outputsOf {
          imports = [ ./example.nix ];
          nodes.beta.nixos.services.openssh.settings.AuthorizedPrincipalsFile = lib.mkForce "none";
        }).nixosConfigurations.beta;
    in
    {
      expr = map (item: item.message) (builtins.filter (item: !item.assertion) system.config.assertions);
      expected = [
        (
          "ssh-access: services.openssh.settings.AuthorizedPrincipalsFile of the node `beta` is not /etc/ssh/authorized_principals.d/%u, "
          + "so certificates would open accounts that nobody was granted. Remove the setting."
        )
      ];
    };

  "serials are revoked for the authority that gave them" =
    let
      system =
        (outputsOf {
          imports = [ ./example.nix ];
          ssh-access.authorities.users.revokedSerials = [ 7 ];
        }).nixosConfigurations.alpha;
    in
    {
      expr = {
        isList = lib.hasSuffix "-ssh-revoked-keys" (sshdOf system).RevokedKeys;
        evaluates = lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath;
      };
      expected = {
        isList = true;
        evaluates = true;
      };
    };

  "known hosts: the authority for all names" = {
    expr = {
      inherit (beta.programs.ssh.knownHosts.netlib-authority-1) certAuthority hostNames;
    };
    expected = {
      certAuthority = true;
      hostNames = [
        "alpha"
        "alpha.example.org"
        "beta"
        "[beta]:2222"
      ];
    };
  };

  "without authorities: plain keys of people and hosts" = {
    expr = {
      keys = map commentOf plain.users.users.root.openssh.authorizedKeys.keys;
      restricted = lib.all (lib.hasPrefix "restrict,pty ssh-ed25519 ") plain.users.users.root.openssh.authorizedKeys.keys;
      file = plain.services.openssh.settings.AuthorizedPrincipalsFile;
      principals = plain.users.users.root.openssh.authorizedPrincipals;
      known = plain.programs.ssh.knownHosts.netlib-host-beta.hostNames;
    };
    expected = {
      keys = [
        "anna"
        "ben"
      ];
      restricted = true;
      file = "none";
      principals = [ ];
      known = [
        "beta"
        "[beta]:2222"
      ];
    };
  };
}
