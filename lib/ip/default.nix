# IP addresses and networks: parsing, formatting, arithmetic, stable allocation. IPv4 and IPv6 alike.
{ lib }:
let
  ipv4 = import ./ipv4.nix { inherit lib; };
  ipv6 = import ./ipv6.nix { inherit lib ipv4; };
  cidr = import ./cidr.nix { inherit lib parse format; };
  arithmetic = import ./arithmetic.nix { inherit lib cidr; };
  assignment = import ./assign.nix { inherit lib allocation format; };
  allocation = import ./allocate.nix { inherit lib arithmetic cidr; };

  # An address is { family; groups; }: 16-bit groups, two for IPv4 and eight for IPv6, so that all arithmetic is shared.
  parse =
    text:
    let
      v4 = ipv4.parse text;
      v6 = ipv6.parse text;
      wrap = family: groups: { inherit family groups; };
    in
    if v4 != null then
      wrap 4 v4
    else if v6 != null then
      wrap 6 v6
    else
      null;

  format =
    address: if address.family == 4 then ipv4.format address.groups else ipv6.format address.groups;
in
{
  /**
    An address as `{ family; groups; }`, or null when the text is none.

    # Example

    ```nix
    parse "192.0.2.1"
    => { family = 4; groups = [ 49152 513 ]; }
    ```
  */
  inherit parse;

  /**
    The canonical text of an address; IPv6 by RFC 5952.

    # Example

    ```nix
    format (parse "2001:DB8:0:0::1")
    => "2001:db8::1"
    ```
  */
  inherit format;

  isIpv4 = text: ipv4.parse text != null;
  isIpv6 = text: ipv6.parse text != null;
  isAddress = text: parse text != null;

  /**
    Whether the text is a network in CIDR notation with its host bits zero.
  */
  isNetwork = text: cidr.parseNetwork text != null;

  inherit (cidr)
    parseCidr
    parseNetwork
    formatCidr
    contains
    containsNetwork
    overlaps
    ;
  inherit (arithmetic)
    addressAt
    isBefore
    lastAddress
    netmask
    networkAddress
    plus
    size
    subnetAt
    ;
  inherit (allocation) allocate isUsable nextFree;
  inherit (assignment) assign;

  /**
    The network that only the address is in: `192.0.2.1/32`, `2001:db8::1/128`.

    # Type

    ```
    hostNetwork :: address -> cidr
    ```
  */
  hostNetwork = address: {
    inherit address;
    prefix = if address.family == 4 then 32 else 128;
  };

  /**
    `host:port` of a host name or an address: IPv6 addresses get brackets.

    # Example

    ```nix
    joinHostPort "2001:db8::1" 443
    => "[2001:db8::1]:443"
    ```
  */
  joinHostPort =
    host: port:
    if ipv6.parse host != null then "[${host}]:${toString port}" else "${host}:${toString port}";

  /**
    The name under which the DNS has an address' names (RFC 1035, RFC 3596).

    # Example

    ```nix
    reverseName (parse "192.0.2.1")
    => "1.2.0.192.in-addr.arpa"
    ```
  */
  reverseName =
    address:
    if address.family == 4 then ipv4.reverseName address.groups else ipv6.reverseName address.groups;
}
