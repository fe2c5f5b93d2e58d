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

  # What comes before a key or a principal: nothing is permitted but what follows.
  restricted =
    person: value:
    "${lib.concatStringsSep "," ([ "restrict" ] ++ table.present.${person}.permissions)} ${value}";

  keysOf = person: map (restricted person) table.present.${person}.keys;

  accountOf = login: people: {
    # A person's own account is made, and goes with the person; any other one is the configuration's business.
    isNormalUser = lib.mkIf (builtins.elem login people) (lib.mkDefault true);
    openssh = {
      authorizedKeys.keys = lib.mkIf acceptsKeys (lib.concatMap keysOf people);
      # A certificate names the person; what the person may do is said here, so it ends with the next deployment.
      authorizedPrincipals = lib.mkIf withAuthority (map (person: restricted person person) people);
    };
  };

  # Where no such file is read, a certificate opens the account that is called like its principal. A missing one lets nobody in.
  principalsFile = "/etc/ssh/authorized_principals.d/%u";

  # As lines where keys are all that is revoked; a serial counts for the authority that gave it, which only a list of OpenSSH's own says.
  revocations =
    pkgs:
    if authorities.users.revokedSerials == [ ] then
      pkgs.writeText "ssh-revoked-keys" (lib.concatLines table.revoked)
    else
      pkgs.runCommand "ssh-revoked-keys"
        {
          revokedKeys = lib.concatMapStrings (key: "key: ${key}\n") table.revoked;
          revokedSerials = lib.concatMapStrings (
            serial: "serial: ${toString serial}\n"
          ) authorities.users.revokedSerials;
          authorities = lib.concatLines authorities.users.publicKeys;
          passAsFile = [
            "revokedKeys"
            "revokedSerials"
            "authorities"
          ];
          nativeBuildInputs = [ pkgs.buildPackages.openssh ];
        }
        ''
          ssh-keygen -q -k -f "$out" "$revokedKeysPath"
          while IFS= read -r key; do
            printf '%s\n' "$key" > authority.pub
            ssh-keygen -q -k -u -f "$out" -s authority.pub "$revokedSerialsPath"
          done < "$authoritiesPath"
        '';

  # Settings name files of the store, so that another content is another setting and sshd is told.
  sshd =
    node:
    { config, pkgs, ... }:
    {
      assertions = lib.optional withAuthority {
        assertion = config.services.openssh.settings.AuthorizedPrincipalsFile == principalsFile;
        message =
          "ssh-access: services.openssh.settings.AuthorizedPrincipalsFile of the node `${node}` is not ${principalsFile}, "
          + "so certificates would open accounts that nobody was granted. Remove the setting.";
      };
      services.openssh = {
        enable = lib.mkDefault true;
        settings =
          lib.optionalAttrs (table.revoked ++ authorities.users.revokedSerials != [ ]) {
            RevokedKeys = "${revocations pkgs}";
          }
          // lib.optionalAttrs withAuthority {
            TrustedUserCAKeys = "${pkgs.writeText "ssh-user-authorities" (
              lib.concatLines authorities.users.publicKeys
            )}";
            AuthorizedPrincipalsFile = principalsFile;
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
