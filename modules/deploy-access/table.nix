# For each node the account that netlib logs in to and the deployers that may, as plain values.
{ lib, netlib }:
config:
let
  settings = config.deploy-access;
  inherit (netlib.ssh) bareKey;

  # Keys that sshd refuses open nothing, whoever has them; see `exports.publicKeys.ssh-revoked` of ssh-access.
  revoked = map bareKey (builtins.attrValues (config.exports.publicKeys.ssh-revoked or { }));
  isUsable = key: !builtins.elem (bareKey key) revoked;

  lineOf =
    deployer: key:
    lib.optionalString (deployer.from != [ ]) "from=\"${lib.concatStringsSep "," deployer.from}\" "
    + key;

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
      keys = lib.concatMap (deployer: map (lineOf deployer) (builtins.filter isUsable deployer.keys)) (
        builtins.attrValues able
      );
    };
in
{
  nodes = lib.genAttrs (lib.subtractLists settings.unmanaged (builtins.attrNames config.nodes)) nodeOf;
}
