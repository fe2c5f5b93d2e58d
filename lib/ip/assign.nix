# Addresses of all members of a subnet: those that somebody chose, and by rule those that nobody did.
{
  lib,
  allocation,
  format,
}:
{
  /**
    The addresses of members in a subnet, and who would have the same. `explicit` is the address that somebody chose, or null;
    `seed` tells the instances of modules apart. Members do not depend on each other: one more never moves another.

    A collision says who must move (a member whose address nobody chose, if there is one, the last by name) and a free address, or null.

    # Type

    ```
    assign :: { subnet = cidr; seed = string; explicit = { <member> = address | null; }; }
      -> { members.<member> = { address; isExplicit; }; collisions = [ { address; members; moved; free; } ]; }
    ```
  */
  assign =
    {
      subnet,
      seed,
      explicit,
    }:
    let
      members = lib.mapAttrs (name: address: {
        isExplicit = address != null;
        address = if address == null then allocation.allocate subnet "${seed}/${name}" else address;
      }) explicit;

      byAddress = lib.groupBy (name: format members.${name}.address) (builtins.attrNames members);
      isTaken = address: byAddress ? ${format address};

      collision =
        _: names:
        let
          inherit (members.${builtins.head names}) address;
          allocated = builtins.filter (name: !members.${name}.isExplicit) names;
        in
        {
          inherit address;
          members = names;
          moved = lib.last (if allocated == [ ] then names else allocated);
          free = allocation.nextFree subnet isTaken address;
        };
    in
    {
      inherit members;
      collisions = lib.mapAttrsToList collision (
        lib.filterAttrs (_: names: builtins.length names > 1) byAddress
      );
    };
}
