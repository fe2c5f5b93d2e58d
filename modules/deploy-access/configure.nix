# What deploy-access contributes to a node: the keys, the account, sudo, and assertions about the rest of its configuration.
{ lib }:
name: node:
{ config, options, ... }:
let
  inherit (config.services) openssh;
  isRoot = node.user == "root";
  others = lib.remove "root" node.accounts;

  # sshd's patterns have * and ?; from where a user may come is left to the confirmation, which really logs in.
  isPattern =
    pattern: name:
    let
      regex = builtins.replaceStrings [ "\\*" "\\?" ] [ ".*" "." ] (lib.escapeRegex pattern);
    in
    builtins.match regex name != null;
  userOf = pattern: builtins.head (lib.splitString "@" pattern);
  names = list: name: builtins.any (pattern: isPattern pattern name) list;

  isAllowed =
    openssh.settings.AllowUsers == null || names (map userOf openssh.settings.AllowUsers) node.user;
  isDenied = names (
    if openssh.settings.DenyUsers == null then [ ] else openssh.settings.DenyUsers
  ) node.user;

  account = config.users.users.${node.user};
  groups = lib.unique (
    [ account.group ]
    ++ account.extraGroups
    ++ builtins.attrNames (
      lib.filterAttrs (_: group: builtins.elem node.user group.members) config.users.groups
    )
  );
  inGroups = list: builtins.any (names list) groups;

  # A node has one of the two, each with rules of its own.
  hasSudoRs = options.security ? sudo-rs;
  usesSudoRs = hasSudoRs && config.security.sudo-rs.enable;
  rules = [
    {
      users = others;
      # Of root, and of nobody else's account.
      runAs = "root";
      commands = [
        {
          command = "ALL";
          options = [ "NOPASSWD" ];
        }
      ];
    }
  ];
  fails = condition: message: {
    assertion = !condition;
    message = "deploy-access: ${message} The deployers of ${name} (${lib.concatStringsSep ", " node.deployers}) could not log in any more.";
  };
in
{
  assertions = [
    (fails (
      !openssh.enable
    ) "services.openssh.enable is false. Leave it on, or add the node to deploy-access.unmanaged.")
    (fails
      (
        isRoot
        && builtins.elem openssh.settings.PermitRootLogin [
          "no"
          "forced-commands-only"
        ]
      )
      "services.openssh.settings.PermitRootLogin is \"${toString openssh.settings.PermitRootLogin}\", but nodes.${name}.target.user is root. Set it to \"prohibit-password\", or target.user to another account."
    )
    (fails (!isAllowed) "services.openssh.settings.AllowUsers leaves `${node.user}` out. Add it.")
    (fails isDenied "services.openssh.settings.DenyUsers has `${node.user}`. Remove it.")
    (fails (openssh.settings.AllowGroups != null && !inGroups openssh.settings.AllowGroups)
      "services.openssh.settings.AllowGroups has no group of `${node.user}` (${lib.concatStringsSep ", " groups}). Add one."
    )
    (fails (openssh.settings.DenyGroups != null && inGroups openssh.settings.DenyGroups)
      "services.openssh.settings.DenyGroups has a group of `${node.user}` (${lib.concatStringsSep ", " groups}). Remove it."
    )
    (fails
      (builtins.elem (openssh.settings.PubkeyAuthentication or true) [
        false
        "no"
      ])
      "services.openssh.settings.PubkeyAuthentication is off, but deployers have keys and nothing else. Remove it."
    )
    (fails (
      others != [ ] && !config.security.sudo.enable && !usesSudoRs
    ) "security.sudo.enable is false, but netlib becomes root with sudo. Leave sudo or sudo-rs on.")
    (fails (!builtins.elem "/etc/ssh/authorized_keys.d/%u" openssh.authorizedKeysFiles)
      "services.openssh.authorizedKeysFiles leaves /etc/ssh/authorized_keys.d/%u out, where the keys are. Use lib.mkAfter instead of lib.mkForce."
    )
  ];

  services.openssh.enable = lib.mkDefault true;

  users.users = lib.genAttrs node.accounts (account: {
    # After what others say of the same keys: sshd takes the first line of a key, and this one permits the least.
    openssh.authorizedKeys.keys = lib.mkAfter node.keys;
    # An account that the configuration says nothing more about.
    isNormalUser = lib.mkIf (account != "root") (lib.mkDefault true);
    # Without it `sudo.execWheelOnly` would shut it out, and NixOS refuse `mutableUsers = false`. The rules below give it more.
    extraGroups = lib.mkIf (account != "root") [ "wheel" ];
  });

  # netlib has its own script run as root, which it sends anew each time: a list of commands would have a shell in it and restrict nothing.
  security = {
    sudo = lib.mkIf (others != [ ] && !usesSudoRs) {
      enable = lib.mkDefault true;
      extraRules = rules;
    };
  }
  // lib.optionalAttrs hasSudoRs {
    sudo-rs.extraRules = lib.mkIf (others != [ ] && usesSudoRs) rules;
  };
}
