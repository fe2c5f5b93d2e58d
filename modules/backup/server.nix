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

    reserve = lib.mkOption {
      type = types.strMatching "[0-9]+[KMGT]?";
      default = "1G";
      description = ''
        Space below `directory` that is set aside. borg needs more than half a gigabyte to free space: on a full disk the server gives the reserve up, frees what
        the clients have marked as deleted, and sets it aside again. `"0"` for none.
      '';
      example = "2G";
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
