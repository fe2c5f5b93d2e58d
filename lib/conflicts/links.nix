# Links between members that are none.
{
  lib,
  errors,
  sources,
  networks,
  ...
}:
let
  endsOf =
    link:
    [
      link.from
      link.to
    ]
    ++ lib.optional (link.via or null != null) link.via;

  within =
    network:
    map
      (
        name:
        "a link of ${sources.network network} names ${errors.quote name}, which is not among its members: ${errors.quoteList (builtins.attrNames network.members)}."
      )
      (
        lib.unique (
          builtins.filter (name: !(network.members ? ${name})) (
            lib.concatMap endsOf (if network.links == null then [ ] else network.links)
          )
        )
      );
in
lib.concatMap within networks.all
