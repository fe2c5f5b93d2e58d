# A zone file (RFC 1035).
{ lib }:
{
  domain,
  ttl,
  server,
}:
let
  record =
    entry:
    "${entry.name} IN ${if lib.hasInfix ":" entry.address then "AAAA" else "A"} ${entry.address}";
in
# Nobody transfers the zone, so nobody compares serial numbers.
''
  $ORIGIN ${domain}.
  $TTL ${toString ttl}
  @ IN SOA ${server.node} hostmaster 1 3600 600 86400 ${toString ttl}
  @ IN NS ${server.node}
  ${lib.concatStringsSep "\n" (lib.unique (map record server.records))}
''
