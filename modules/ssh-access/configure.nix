# What ssh-access contributes to the NixOS configurations: known hosts everywhere, sshd's settings and accounts on the hosts.
{ lib }:
{
  table,
  certificates,
  nodes,
}:
let
  inherit (table) authorities;

  withAuthority = authorities.users.publicKeys != [ ];
  acceptsKeys = !withAuthority || authorities.users.acceptKeys;

  keysOf = person: table.present.${person}.keys;

  accountOf = login: people: {
    # A person's own account is made, and goes with the person; any other one is the configuration's business.
    isNormalUser = lib.mkIf (builtins.elem login people) (lib.mkDefault true);
    openssh = {
      authorizedKeys.keys = lib.mkIf acceptsKeys (lib.concatMap keysOf people);
      # A certificate names the person; what the person may do is said here, so it ends with the next deployment.
      authorizedPrincipals = lib.mkIf withAuthority people;
    };
  };

  # Settings name files of the store, so that another content is another setting and sshd is told.
  sshd =
    node:
    { pkgs, ... }:
    {
      services.openssh = {
        enable = lib.mkDefault true;
        settings =
          lib.optionalAttrs (table.revoked != [ ]) {
            RevokedKeys = "${pkgs.writeText "ssh-revoked-keys" (lib.concatLines table.revoked)}";
          }
          // lib.optionalAttrs withAuthority {
            TrustedUserCAKeys = "${pkgs.writeText "ssh-user-authorities" (
              lib.concatLines authorities.users.publicKeys
            )}";
          }
          // lib.optionalAttrs (certificates ? ${node}) {
            HostCertificate = "${pkgs.writeText "ssh-host-${node}-cert.pub" certificates.${node}}";
          };
      };
      users.users = lib.mapAttrs accountOf (table.logins.${node} or { });
    };
in
lib.genAttrs nodes (node: {
  imports = lib.optional (table.hosts ? ${node}) (sshd node);
  programs.ssh.knownHosts = table.knownHosts;
})
