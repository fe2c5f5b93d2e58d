# Options of one server of a backup instance.
{
  netlib,
  instanceName,
  # Of a node.
  sshPortOf,
}:
{ lib, name, ... }:
let
  inherit (lib) types;
in
{
  options = {
    directory = lib.mkOption {
      type = types.strMatching "/[^[:space:]]*[^/[:space:]]";
      default = "/var/lib/backup/${instanceName}";
      defaultText = lib.literalMD "`/var/lib/backup/<instance>`";
      description = "Directory on the server with a repository for each client, named after it.";
      example = "/mnt/vault/backup";
    };

    port = lib.mkOption {
      type = netlib.types.port;
      default = sshPortOf name;
      defaultText = lib.literalMD "`ssh-host-keys.<server>.port`: `nodes.<server>.target.port`, else 22";
      description = "Port of the server's sshd.";
      example = 2222;
    };

    address = lib.mkOption {
      type = types.nullOr netlib.types.host;
      default = null;
      description = ''
        Where the clients reach the server. Null: at the best address that each of them knows for it, in a mesh before
        one of `nodes.<server>.addresses`.
      '';
      example = "vault.example.org";
    };
  };
}
