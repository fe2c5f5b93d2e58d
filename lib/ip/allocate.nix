# Addresses by a rule: a hash of a key picks the host part, so nobody's address depends on who else is there.
{
  lib,
  arithmetic,
  cidr,
}:
let
  inherit (builtins)
    bitAnd
    elemAt
    length
    substring
    ;

  fromHex = digits: (fromTOML "value = 0x${digits}").value;

  isZero = address: builtins.all (group: group == 0) address.groups;
  add =
    network: host: host // { groups = lib.zipListsWith (a: b: a + b) network.groups host.groups; };

  ipv4At =
    network: offset:
    add network.address {
      family = 4;
      groups = [
        (offset / 65536)
        (bitAnd offset 65535)
      ];
    };

  # How many hosts an IPv4 network has, and the offset of the first (RFC 3021 for /31).
  ipv4Hosts =
    network:
    let
      size = cidr.pow2 (32 - network.prefix);
    in
    if network.prefix >= 31 then
      {
        first = 0;
        count = size;
      }
    else
      {
        first = 1;
        count = size - 2;
      };

  allocateIpv4 =
    network: digest:
    let
      hosts = ipv4Hosts network;
    in
    # 60 bits of the digest: as many as fit an integer without a sign.
    ipv4At network (hosts.first + lib.mod (fromHex (substring 0 15 digest)) hosts.count);

  allocateIpv6 =
    network: digest:
    let
      random = network.address // {
        groups = lib.genList (index: fromHex (substring (4 * index) 4 digest)) 8;
      };
      host = cidr.hostOf network.prefix random;
      # All zeros is the routers' anycast address (RFC 4291, section 2.6.1).
      one = cidr.hostOf network.prefix (
        network.address // { groups = lib.genList (index: if index == 7 then 1 else 0) 8; }
      );
    in
    add network.address (if isZero host then one else host);

  # The next one, and after the last the network's first address.
  successor =
    network: address:
    let
      next = arithmetic.plus address 1;
    in
    if address == arithmetic.lastAddress network || next == null then
      arithmetic.networkAddress network
    else
      next;

  isUsable =
    network: address:
    let
      host = cidr.hostOf network.prefix address;
      broadcast = address.family == 4 && successor network address == network.address;
    in
    network.prefix >= cidr.bitsOf address - 1 || (!isZero host && !broadcast);
in
{
  /**
    Whether a host of the network can have the address: neither the network's own nor its broadcast address.

    # Type

    ```
    isUsable :: cidr -> address -> bool
    ```
  */
  inherit isUsable;

  /**
    The address that a network gives to a key. It depends on nothing else, so it never moves.

    # Type

    ```
    allocate :: cidr -> string -> address
    ```
  */
  allocate =
    network: key:
    let
      digest = builtins.hashString "sha256" key;
    in
    if network.address.family == 4 then allocateIpv4 network digest else allocateIpv6 network digest;

  /**
    The next address after one that the predicate does not call taken, or null when a thousand are; for suggestions in messages.

    # Type

    ```
    nextFree :: cidr -> (address -> bool) -> address -> address | null
    ```
  */
  nextFree =
    network: isTaken: address:
    let
      tries = builtins.genericClosure {
        startSet = [
          {
            key = 0;
            address = successor network address;
          }
        ];
        operator =
          try:
          lib.optional (try.key < 1000 && (isTaken try.address || !isUsable network try.address)) {
            key = try.key + 1;
            address = successor network try.address;
          };
      };
      found = elemAt tries (length tries - 1);
    in
    if isTaken found.address || !isUsable network found.address then null else found.address;
}
