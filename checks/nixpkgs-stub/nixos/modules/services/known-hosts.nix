# SSH host keys that everybody on the machine knows.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  hostOptions =
    { name, config, ... }:
    {
      options = {
        certAuthority = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether the key is that of an authority which signs hosts' keys.";
        };
        hostNames = mkOption {
          type = types.listOf types.str;
          default = [ name ] ++ config.extraHostNames;
          defaultText = lib.literalExpression "[ name ] ++ config.extraHostNames";
          example = [ "alpha.example.org" ];
          description = "Names and addresses of the host.";
        };
        extraHostNames = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "192.0.2.1" ];
          description = "Names and addresses beside the name of the attribute.";
        };
        publicKey = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "ssh-ed25519 AAAA…";
          description = "The key.";
        };
        publicKeyFile = mkOption {
          type = types.nullOr types.path;
          default = null;
          example = lib.literalExpression "./host.pub";
          description = "File with the key.";
        };
      };
    };

  show =
    host:
    lib.optionalString host.certAuthority "@cert-authority "
    + lib.concatStringsSep "," host.hostNames
    + " "
    + lib.trim (if host.publicKey != null then host.publicKey else builtins.readFile host.publicKeyFile)
    + "\n";
  known = config.programs.ssh.knownHosts;
in
{
  imports = [
    (lib.mkAliasOptionModule
      [
        "services"
        "openssh"
        "knownHosts"
      ]
      [
        "programs"
        "ssh"
        "knownHosts"
      ]
    )
  ];

  options.programs.ssh = {
    knownHosts = mkOption {
      type = types.attrsOf (types.submodule hostOptions);
      default = { };
      example = {
        alpha.publicKey = "ssh-ed25519 AAAA…";
      };
      description = "Host keys for /etc/ssh/ssh_known_hosts.";
    };
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "Host alpha";
      description = "Settings of the client, in a file beside the base system's.";
    };
  };

  config = {
    assertions = lib.mapAttrsToList (name: host: {
      assertion = (host.publicKey == null) != (host.publicKeyFile == null);
      message = "programs.ssh.knownHosts.${name}: set either `publicKey` or `publicKeyFile`.";
    }) known;

    environment.etc = lib.mkMerge [
      (lib.mkIf (known != { }) {
        "ssh/ssh_known_hosts".text = lib.concatStrings (lib.mapAttrsToList (_: show) known);
      })
      (lib.mkIf (config.programs.ssh.extraConfig != "") {
        "ssh/ssh_config.d/netlib-stub.conf".text = config.programs.ssh.extraConfig;
      })
    ];
  };
}
