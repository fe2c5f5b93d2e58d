# What a network of a flake or a file answers to a question, or which networks there are instead. `path` leads to the answer, or to a
# function that makes it of `argument`.
{
  place,
  option,
  network,
  path,
  argument ? null,
}@asked:
networks:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    foldl'
    head
    ;
  names = attrNames networks;

  none = ''
    `${place}` has no network `${network}`.
    It has none at all: its outputs need to come from netlib.lib.mkFlake. To start with a working one: nix flake init -t netlib#wireguard-mesh'';
  others = ''
    `${place}` has no network `${network}`.
    Its networks: ${concatStringsSep ", " names}. For example: ${option} ${place}#${head names}
    A node is named with --on: --on ${network}'';
  older = ''
    the netlib library of this flake is older than this netlib and cannot say what it asks for.
    help: update the netlib input of the flake, or use its own driver: nix run .#netlib'';

  answer = foldl' (found: name: found.${name} or (throw older)) networks.${network} path;
in
if networks ? ${network} then
  if asked ? argument then answer argument else answer
else
  throw (if names == [ ] then none else others)
