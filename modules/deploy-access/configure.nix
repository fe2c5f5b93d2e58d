# What deploy-access contributes to a node: the keys, the account, sudo, and assertions about the rest of its configuration.
{ lib }:
name: node:
{ config, ... }:
let
  inherit (config.services) openssh;
  isRoot = node.user == "root";
  others = lib.remove "root" node.accounts;

  among = list: list == null || builtins.elem node.user list;
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
    (fails (
      !among openssh.settings.AllowUsers
    ) "services.openssh.settings.AllowUsers leaves \"${node.user}\" out. Add it.")
    (fails (
      openssh.settings.DenyUsers != null && builtins.elem node.user openssh.settings.DenyUsers
    ) "services.openssh.settings.DenyUsers has \"${node.user}\". Remove it.")
    (fails (!builtins.elem "/etc/ssh/authorized_keys.d/%u" openssh.authorizedKeysFiles)
      "services.openssh.authorizedKeysFiles leaves /etc/ssh/authorized_keys.d/%u out, where the keys are. Use lib.mkAfter instead of lib.mkForce."
    )
  ];

  services.openssh.enable = lib.mkDefault true;

  users.users = lib.genAttrs node.accounts (account: {
    openssh.authorizedKeys.keys = node.keys;
    # An account that the configuration says nothing more about.
    isNormalUser = lib.mkIf (account != "root") (lib.mkDefault true);
  });

  # netlib runs its own script and the activation as root, so these accounts are as good as root.
  security.sudo = lib.mkIf (others != [ ]) {
    enable = lib.mkDefault true;
    extraRules = [
      {
        users = others;
        commands = [
          {
            command = "ALL";
            options = [ "NOPASSWD" ];
          }
        ];
      }
    ];
  };
}
