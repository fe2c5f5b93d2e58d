# The README's example as NixOS systems: keys, account, sudo. The same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.deploy-access
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    };
  inherit (outputsOf { }) nixosConfigurations;
  alpha = nixosConfigurations.alpha.config;
  beta = nixosConfigurations.beta.config;

  # Whether a configuration that locks deployers out is refused with these words.
  refuses =
    words: configuration:
    let
      inherit
        ((outputsOf {
          nodes.beta = {
            nixos = configuration;
          };
        }).nixosConfigurations.beta
        )
        config
        ;
    in
    builtins.any (item: !item.assertion && lib.hasInfix words item.message) config.assertions;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) nixosConfigurations;
    expected = {
      alpha = true;
      beta = true;
    };
  };

  "root gets the keys; another account is made and may become root" = {
    expr = {
      root = builtins.length beta.users.users.root.openssh.authorizedKeys.keys;
      account = alpha.users.users.deploy.isNormalUser;
      wheel = builtins.elem "wheel" alpha.users.users.deploy.extraGroups;
      rootInWheel = builtins.elem "wheel" (beta.users.users.root.extraGroups or [ ]);
      keys = builtins.length alpha.users.users.deploy.openssh.authorizedKeys.keys;
      rules = builtins.filter (rule: rule.users == [ "deploy" ]) alpha.security.sudo.extraRules != [ ];
      runAs = map (rule: rule.runAs) (
        builtins.filter (rule: rule.users == [ "deploy" ]) alpha.security.sudo.extraRules
      );
      restricted = lib.all (lib.hasPrefix "restrict") beta.users.users.root.openssh.authorizedKeys.keys;
      sshd = alpha.services.openssh.enable;
    };
    expected = {
      root = 2;
      account = true;
      wheel = true;
      rootInWheel = false;
      keys = 1;
      rules = true;
      runAs = [ "root" ];
      restricted = true;
      sshd = true;
    };
  };

  "configurations that lock deployers out are refused" = {
    expr = map ({ words, nixos }: refuses words nixos) [
      {
        words = "services.openssh.enable is false";
        nixos.services.openssh.enable = false;
      }
      {
        words = "PermitRootLogin is \"no\"";
        nixos.services.openssh.settings.PermitRootLogin = "no";
      }
      {
        words = "AllowUsers leaves `root` out";
        nixos.services.openssh.settings.AllowUsers = [ "anna" ];
      }
      {
        words = "DenyUsers has `root`";
        nixos.services.openssh.settings.DenyUsers = [ "ro?t" ];
      }
      {
        words = "AllowGroups has no group of `root` (root)";
        nixos.services.openssh.settings.AllowGroups = [ "wheel" ];
      }
      {
        words = "DenyGroups has a group of `root` (root, people)";
        nixos = {
          services.openssh.settings.DenyGroups = [ "people" ];
          users.groups.people.members = [ "root" ];
        };
      }
      {
        words = "PubkeyAuthentication is off";
        nixos.services.openssh.settings.PubkeyAuthentication = false;
      }
      {
        words = "authorizedKeysFiles leaves";
        nixos.services.openssh.authorizedKeysFiles = lib.mkForce [ "%h/.ssh/authorized_keys" ];
      }
    ];
    expected = lib.genList (_: true) 8;
  };

  "what only looks like locking out is not refused" = {
    expr =
      let
        inherit
          ((outputsOf {
            nodes.beta.nixos.services.openssh.settings = {
              AllowUsers = [
                "anna"
                "r*@192.0.2.*"
              ];
              DenyUsers = [ "root@198.51.100.7" ];
              AllowGroups = [ "root" ];
            };
          }).nixosConfigurations.beta
          )
          config
          ;
      in
      builtins.filter (lib.hasPrefix "deploy-access") (
        map (item: item.message) (builtins.filter (item: !item.assertion) config.assertions)
      );
    expected = [ ];
  };

  "a node with sudo-rs gets its rules there; without either, an account that is not root is refused" =
    let
      configOf =
        configuration:
        (outputsOf {
          nodes.alpha = {
            nixos = configuration;
          };
        }).nixosConfigurations.alpha.config;
      inherit (configOf { security.sudo-rs.enable = true; }) security;
      rulesOf =
        program: builtins.length (builtins.filter (rule: rule.users == [ "deploy" ]) program.extraRules);
    in
    {
      expr = {
        sudo = security.sudo.enable;
        rules = map rulesOf [
          security.sudo
          security.sudo-rs
        ];
        refused = builtins.any (
          item: !item.assertion && lib.hasInfix "netlib becomes root with sudo" item.message
        ) (configOf { security.sudo.enable = false; }).assertions;
      };
      expected = {
        sudo = false;
        rules = [
          0
          1
        ];
        refused = true;
      };
    };
}
