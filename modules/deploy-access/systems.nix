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
        defaults = subject.minimal;
      };
    };
  inherit (outputsOf { }) nixosConfigurations;
  alpha = nixosConfigurations.alpha.config;
  beta = nixosConfigurations.beta.config;

  # Whether a configuration that locks deployers out is refused with these words.
  refuses =
    words: configuration:
    let
      inherit ((outputsOf { nodes.beta = { inherit configuration; }; }).nixosConfigurations.beta) config;
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
      keys = builtins.length alpha.users.users.deploy.openssh.authorizedKeys.keys;
      rules = builtins.filter (rule: rule.users == [ "deploy" ]) alpha.security.sudo.extraRules != [ ];
      sshd = alpha.services.openssh.enable;
    };
    expected = {
      root = 2;
      account = true;
      keys = 1;
      rules = true;
      sshd = true;
    };
  };

  "configurations that lock deployers out are refused" = {
    expr = map ({ words, configuration }: refuses words configuration) [
      {
        words = "services.openssh.enable is false";
        configuration.services.openssh.enable = false;
      }
      {
        words = "PermitRootLogin is \"no\"";
        configuration.services.openssh.settings.PermitRootLogin = "no";
      }
      {
        words = "AllowUsers leaves \"root\" out";
        configuration.services.openssh.settings.AllowUsers = [ "anna" ];
      }
      {
        words = "DenyUsers has \"root\"";
        configuration.services.openssh.settings.DenyUsers = [ "root" ];
      }
      {
        words = "authorizedKeysFiles leaves";
        configuration.services.openssh.authorizedKeysFiles = lib.mkForce [ "%h/.ssh/authorized_keys" ];
      }
    ];
    expected = [
      true
      true
      true
      true
      true
    ];
  };
}
