# For each node the account that netlib logs in to and the deployers that may, as plain values.
{ lib, netlib }:
config:
let
  settings = config.deploy-access;
  inherit (netlib.ssh) bareKey;

  # Keys that sshd refuses open nothing, whoever has them; see `exports.publicKeys.ssh-revoked` of ssh-access.
  revoked = map bareKey (builtins.attrValues (config.exports.publicKeys.ssh-revoked or { }));
  isUsable = key: !builtins.elem (bareKey key) revoked;

  # netlib needs no terminal and no forwarding, but of the hosts that it jumps through to others.
  optionsOf =
    name: deployer:
    [ "restrict" ]
    ++ lib.unique (deployer.permissions ++ lib.optional (isJumpHost name) "port-forwarding")
    ++ lib.optional (deployer.from != [ ]) "from=\"${lib.concatStringsSep "," deployer.from}\"";
  lineOf =
    name: deployer: key:
    "${lib.concatStringsSep "," (optionsOf name deployer)} ${key}";

  # As words of ssh's command line have it; what somebody's own ssh configuration says nobody here can read.
  jumps = lib.concatMap (
    node:
    let
      found = builtins.match ".*(-J|[Pp]roxy[Jj]ump)[ =]*([^ ]+).*" (
        lib.concatStringsSep " " node.target.sshOptions
      );
    in
    lib.optionals (found != null) (lib.splitString "," (builtins.elemAt found 1))
  ) (builtins.attrValues config.nodes);
  jumpHosts = map (jump: lib.last (lib.splitString "@" jump)) jumps;
  namesOf = name: [ name ] ++ [ config.nodes.${name}.target.host ] ++ config.nodes.${name}.addresses;
  isJumpHost =
    name:
    builtins.any (
      host: builtins.any (known: host == known || lib.hasPrefix "${known}:" host) (namesOf name)
    ) jumpHosts;

  nodeOf =
    name:
    let
      here = lib.filterAttrs (_: deployer: builtins.elem name deployer.nodes) settings.deployers;
      able = lib.filterAttrs (_: deployer: builtins.any isUsable deployer.keys) here;
    in
    {
      # Null leaves the login name to ssh's own configuration, which nobody here can read.
      inherit (config.nodes.${name}.target) user;
      accounts = lib.unique (
        lib.optional (config.nodes.${name}.target.user != null) config.nodes.${name}.target.user
        ++ settings.accounts
      );
      deployers = builtins.attrNames able;
      unable = builtins.attrNames (removeAttrs here (builtins.attrNames able));
      keys = lib.concatMap (
        deployer: map (lineOf name deployer) (builtins.filter isUsable deployer.keys)
      ) (builtins.attrValues able);
    };
in
{
  # Deployers without any key that sshd takes.
  unable = builtins.attrNames (
    lib.filterAttrs (_: deployer: !builtins.any isUsable deployer.keys) settings.deployers
  );
  nodes = lib.genAttrs (lib.subtractLists settings.unmanaged (builtins.attrNames config.nodes)) nodeOf;
}
