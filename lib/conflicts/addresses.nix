# Two members with one address, in one network or in two.
{
  lib,
  ip,
  errors,
  sources,
  networks,
  ...
}:
let
  isTakenIn = network: address: builtins.any (entry: entry.address == address) network.addresses;

  suggestion =
    network: address:
    let
      subnet = lib.findFirst (subnet: ip.contains subnet address) null network.subnets;
      free = if subnet == null then null else ip.nextFree subnet (isTakenIn network) address;
    in
    lib.optionalString (free != null) ", such as ${ip.format free}";

  within =
    network:
    let
      taken = lib.filterAttrs (
        _: entries: builtins.length (lib.unique (map (entry: entry.member) entries)) > 1
      ) (lib.groupBy (entry: entry.text) network.addresses);
    in
    lib.mapAttrsToList (text: entries: {
      message =
        "${
          errors.quoteList (map (entry: entry.member) entries)
        } have the same address ${text} in ${sources.network network}. "
        + "Give one of them another one${suggestion network (builtins.head entries).address}.";
      # What the module itself says names its option.
      causedBy = [ "address ${text} of ${lib.showOption network.option}" ];
    }) taken;

  between =
    { a, b }:
    let
      byText = lib.groupBy (entry: entry.text) b.addresses;
      others = entry: builtins.filter (other: other.member != entry.member) (byText.${entry.text} or [ ]);
    in
    lib.concatMap (
      entry:
      map (
        other:
        "${errors.quote entry.member} and ${errors.quote other.member} have the same address ${entry.text}: ${sources.networks a b}. "
        + "Give one of them another one."
      ) (others entry)
    ) a.addresses;
in
lib.concatMap within networks.all ++ lib.concatMap between networks.pairs
