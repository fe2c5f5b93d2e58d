# Secrets, nodes and admins as plain data, for all that is made of them.
{
  lib,
  netlib,
}:
config:
let
  settings = config.secrets;
  reserved = [
    "admins"
    "backend"
    "directory"
    "identities"
  ];
  recipients = import ./recipients.nix {
    inherit lib;
    inherit (netlib) base64;
  };

  all = removeAttrs settings reserved;
  isVolatile = _: secret: secret.volatile;
  volatile = lib.filterAttrs isVolatile all;
  persistent = lib.filterAttrs (name: secret: !isVolatile name secret) all;

  # { <node> = { <secret> = …; }; }, of the nodes that get any.
  byNode =
    secrets:
    lib.mapAttrs (_: lib.listToAttrs) (
      builtins.groupBy (entry: entry.node) (
        lib.concatLists (
          lib.mapAttrsToList (
            name: secret:
            map (node: {
              inherit node name;
              value = secret;
            }) secret.for
          ) secrets
        )
      )
    );
  hostKeyOf = node: config.nodes.${node}.facts.ssh-host-key or null;
in
{
  namePattern = "[a-z0-9_][a-z0-9_.-]{0,62}";
  inherit
    settings
    all
    persistent
    volatile
    ;
  persistentOf = byNode persistent;
  publicOf =
    node:
    lib.filterAttrs (_: secret: secret.public != null && builtins.elem node secret.for) persistent;
  volatileOf = byNode volatile;
  nodes = lib.unique (lib.concatMap (secret: secret.for) (builtins.attrValues all));

  # The key as facts have it, or null where it was not gathered; what age's files have for it, once per node.
  inherit hostKeyOf;
  marks = lib.mapAttrs (
    node: _:
    let
      key = hostKeyOf node;
    in
    if key == null || !netlib.ssh.isPublicKey key then null else recipients.marksOf key
  ) config.nodes;
  inherit (recipients) problemOf;
}
