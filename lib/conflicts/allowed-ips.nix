# Members of one network that both lead to the same addresses. A default route beside narrower ones is no conflict.
{
  lib,
  ip,
  errors,
  sources,
  networks,
  ...
}:
let
  clash =
    a: b:
    a.member != b.member
    && ip.overlaps a.route b.route
    && (a.route.prefix == 0) == (b.route.prefix == 0);

  within =
    network:
    let
      routes = lib.concatLists (
        lib.mapAttrsToList (
          member: settings:
          map (text: {
            inherit member;
            route = ip.parseNetwork text;
          }) settings.allowedIPs
        ) network.members
      );
      pairs = lib.concatLists (
        lib.imap0 (
          index: a: map (b: { inherit a b; }) (builtins.filter (clash a) (lib.drop (index + 1) routes))
        ) routes
      );
    in
    map (
      { a, b }:
      "${errors.quote a.member} (${ip.formatCidr a.route}) and ${errors.quote b.member} (${ip.formatCidr b.route}) both lead to the same addresses in ${sources.network network}. "
      + "Let only one of them do so."
    ) pairs;
in
lib.concatMap within networks.all
