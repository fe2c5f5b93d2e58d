# SSH host keys as facts, and how nodes reach the sshd that shows them, for every module that needs some: gathered once, published as `exports.publicKeys.ssh-host`.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  fact = "ssh-host-key";

  targetPort =
    node:
    let
      inherit (config.nodes.${node}.target) port;
    in
    if port == null then 22 else port;

  request = host: {
    description = "SSH host key at ${host.file}";
    pattern = netlib.ssh.keyPattern;
    unique = true;
    packages = pkgs: [ pkgs.openssh ];
    script = ''
      key=${lib.escapeShellArg host.file}
      if [ ! -e "$key" ]; then
        mkdir -p "''${key%/*}"
        ssh-keygen -q -t ed25519 -N "" -C "" -f "$key"
      fi
      # From the private half, which is what sshd proves; without the comment.
      ssh-keygen -y -f "$key" | cut -d " " -f 1,2
    '';
  };

  publicKeyOf =
    node:
    let
      key = netlib.getFact {
        inherit node;
        name = fact;
        neededBy = "whoever connects to it";
      };
    in
    if netlib.ssh.isPublicKey key then
      key
    else
      netlib.errors.fail "the fact `${fact}` of node `${node}` is no SSH public key. Run: netlib facts gather --on ${node}";
in
{
  key = "netlib/modules/shared/ssh-host-keys";

  options.ssh-host-keys = lib.mkOption {
    type = netlib.references.attrsOfNodes (
      types.submodule (
        { name, ... }:
        {
          options = {
            file = lib.mkOption {
              type = types.strMatching "/[^[:space:]]+";
              default = "/etc/ssh/ssh_host_ed25519_key";
              description = "File on the node with the private key of its sshd, made when it is missing. One of `services.openssh.hostKeys`.";
              example = "/persist/ssh/ssh_host_ed25519_key";
            };

            port = lib.mkOption {
              type = netlib.types.port;
              default = targetPort name;
              defaultText = lib.literalMD "`nodes.<node>.target.port`, else 22";
              description = ''
                TCP port of its sshd for the other nodes. It differs from `target.port` where the deployer comes through a router that
                forwards another one.
              '';
              example = 22;
            };
          };
        }
      )
    );
    default = { };
    description = ''
      Nodes whose SSH host key is gathered as the fact `${fact}`. Network modules name those whose key others need;
      users only say where the key is when it is not in the usual file, and how others reach the sshd that shows it.
    '';
    example = lib.literalExpression ''{ alpha.file = "/persist/ssh/ssh_host_ed25519_key"; }'';
  };

  config = {
    facts = lib.mapAttrs (_: host: { ${fact} = request host; }) config.ssh-host-keys;
    exports.publicKeys.ssh-host = lib.mapAttrs (node: _: publicKeyOf node) config.ssh-host-keys;
  };
}
