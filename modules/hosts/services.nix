# What a name server publishes: one service for each address and protocol.
{ lib }:
instance: server:
lib.listToAttrs (
  lib.concatMap
    (
      protocol:
      map (
        address:
        lib.nameValuePair "hosts-${instance}-${protocol}-${address}" {
          port = 53;
          inherit address protocol;
          description = "DNS zone of hosts.${instance}";
          option = [
            "hosts"
            instance
          ];
        }
      ) server.addresses
    )
    [
      "tcp"
      "udp"
    ]
)
