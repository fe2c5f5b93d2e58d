# Users and groups; accounts of the base system that are not named here are left alone.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  cfg = config.users;
  enabled = lib.filterAttrs (_: user: user.enable) cfg.users;

  isSystem = user: user.isSystemUser || (user.uid != null && user.uid < 1000);
  shellOf =
    user: if user.shell == null then "/usr/sbin/nologin" else toString (utils.toShellPath user.shell);
  field = value: if value == null then "" else toString value;
  yesNo = value: if value then "yes" else "no";

  groupLine =
    group:
    lib.concatStringsSep "\t" [
      "group"
      group.name
      "-${field group.gid}"
      "-${lib.concatStringsSep "," group.members}"
    ];
  # Empty fields would be lost when a shell splits at tabs: every optional field starts with a dash.
  userLine =
    user:
    lib.concatStringsSep "\t" [
      "user"
      user.name
      "-${field user.uid}"
      "-${user.group}"
      "-${lib.concatStringsSep "," user.extraGroups}"
      user.home
      (shellOf user)
      (yesNo user.createHome)
      user.homeMode
      (yesNo (isSystem user))
      "-${user.description}"
      "-${field user.hashedPassword}"
      "-${field user.hashedPasswordFile}"
      "-${field user.initialHashedPassword}"
    ];

  userAssertions = user: [
    {
      assertion = isSystem user != user.isNormalUser;
      message = "users.users.${user.name}: set either `isSystemUser` or `isNormalUser`.";
    }
    {
      assertion = user.group != "";
      message = "users.users.${user.name}.group is not set: name a group, for example with `users.groups.${user.name} = { }`.";
    }
  ];

  keysOf =
    user:
    lib.concatLines (
      user.openssh.authorizedKeys.keys ++ map builtins.readFile user.openssh.authorizedKeys.keyFiles
    );
  hasKeys =
    user: user.openssh.authorizedKeys.keys != [ ] || user.openssh.authorizedKeys.keyFiles != [ ];
  withPrincipals = lib.filterAttrs (_: user: user.openssh.authorizedPrincipals != [ ]) enabled;
in
{
  imports = [ ./users-options.nix ];

  config = {
    assertions = lib.concatMap userAssertions (lib.attrValues enabled);

    users.users.root = {
      uid = 0;
      description = "System administrator";
      home = "/root";
      shell = lib.mkDefault "/bin/bash";
      group = "root";
    };
    users.groups = {
      root.gid = 0;
      users.gid = 100;
      # On Debian the number NixOS gives this group is another's, so the host picks one.
      wheel = { };
    };

    environment.etc =
      lib.mapAttrs' (
        _: user:
        lib.nameValuePair "ssh/authorized_keys.d/${user.name}" {
          mode = "0444";
          text = keysOf user;
        }
      ) (lib.filterAttrs (_: hasKeys) enabled)
      // lib.mapAttrs' (
        _: user:
        lib.nameValuePair "ssh/authorized_principals.d/${user.name}" {
          mode = "0444";
          text = lib.concatStringsSep "\n" user.openssh.authorizedPrincipals;
        }
      ) withPrincipals;
    services.openssh.settings.AuthorizedPrincipalsFile = lib.mkIf (
      withPrincipals != { }
    ) "/etc/ssh/authorized_principals.d/%u";

    system.build.stubAccounts = pkgs.writeText "accounts" (
      lib.concatLines (map groupLine (lib.attrValues cfg.groups) ++ map userLine (lib.attrValues enabled))
    );
    system.activationScripts = {
      groups = "";
      users = {
        deps = [ "groups" ];
        supportsDryActivation = true;
        text = ''
          stub_apply_accounts "$systemConfig"
        '';
      };
    };
  };
}
