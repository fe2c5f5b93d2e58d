# `nix run .#command -- ssh-access`: signs keys with an authority whose private key is here and nowhere else.
{ lib, netlib }:
{ table, network }:
let
  inherit (table) authorities;
  quote = lib.escapeShellArg;

  # One line a key that can be signed: kind, file below the directory, principals, key, permissions.
  hostLine =
    node: host:
    lib.concatStringsSep "\t" [
      "hosts"
      node
      (lib.concatStringsSep "," host.names)
      (if host.isGathered then host.publicKey else "-")
      "-"
    ];
  userLines =
    person: user:
    lib.imap1 (
      index: key:
      lib.concatStringsSep "\t" [
        "users"
        (if builtins.length user.keys == 1 then person else "${person}-${toString index}")
        person
        key
        # An empty column would be none.
        (if user.permissions == [ ] then "-" else lib.concatStringsSep "," user.permissions)
      ]
    ) user.keys;
  lines =
    lib.mapAttrsToList hostLine table.hosts
    ++ lib.concatLists (lib.mapAttrsToList userLines table.present);

  settingsOf = kind: whose: ''
    ${kind})
      validity=${quote (netlib.showDuration authorities.${kind}.validity)}
      authority=${quote (lib.concatStrings (lib.take 1 authorities.${kind}.publicKeys))}
      private=${
        quote (if authorities.${kind}.privateKey == null then "" else authorities.${kind}.privateKey)
      }
      whose=${quote whose}
      ;;
  '';
in
{
  description = "SSH certificates of hosts and people: sign, renew, status; and the hosts' known_hosts";
  packages = pkgs: [
    pkgs.gnugrep
    pkgs.gnused
    pkgs.openssh
  ];
  script = ''
    network=${quote network}
    directory=${quote table.certificates}
    keys() { printf '%s\n' ${lib.concatMapStringsSep " " quote lines}; }
    settings() {
      case $1 in
    ${settingsOf "hosts" "hosts"}
    ${settingsOf "users" "people"}
      esac
    }
    known_hosts() { printf '%s' ${quote table.gatheredHostsText}; }
    ${builtins.readFile ./command.sh}
  '';
}
