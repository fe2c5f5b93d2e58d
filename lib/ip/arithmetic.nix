# Counting with addresses: the next one, the last of a network, its subnets.
{ lib, cidr }:
let
  inherit (builtins) bitAnd length;
  inherit (cidr)
    bitsOf
    contains
    mapGroups
    maskOf
    networkOf
    pow2
    ;

  # Adds an integer to the group at an index, and carries; null beyond the ends of the address space.
  addAt =
    at: offset: address:
    let
      step =
        state: group:
        let
          value = group + state.carry;
          low = bitAnd value 65535;
        in
        {
          # Exact, so that it is right for negative values too.
          carry = (value - low) / 65536;
          groups = [ low ] ++ state.groups;
        };
      counted =
        lib.foldl' step
          {
            carry = 0;
            groups = [ ];
          }
          (
            lib.reverseList (
              lib.imap0 (index: group: if index == at then group + offset else group) address.groups
            )
          );
    in
    if counted.carry == 0 then address // { inherit (counted) groups; } else null;

  plus = address: offset: addAt (length address.groups - 1) offset address;

  networkAddress = cidr: networkOf cidr.prefix cidr.address;
  lastAddress =
    cidr: mapGroups (index: group: group + (65535 - maskOf cidr.prefix index)) (networkAddress cidr);

  # Beyond this many, numbers of subnets no longer fit an integer together with their place in a group.
  maxSubnets = pow2 46;

  subnetAt =
    prefix: number: cidr:
    let
      bits = bitsOf cidr.address - prefix;
      count = if prefix - cidr.prefix > 46 then maxSubnets else pow2 (prefix - cidr.prefix);
      group = length cidr.address.groups - 1 - bits / 16;
    in
    if prefix < cidr.prefix || bits < 0 || number < 0 || number >= count then
      null
    else
      {
        address = addAt group (number * pow2 (lib.mod bits 16)) (networkAddress cidr);
        inherit prefix;
      };
in
{
  /**
    The first address of the network that a cidr lies in: its host bits zero.

    # Type

    ```
    networkAddress :: cidr -> address
    ```
  */
  inherit networkAddress;

  /**
    The last address: in IPv4 the broadcast address.

    # Type

    ```
    lastAddress :: cidr -> address
    ```
  */
  inherit lastAddress;

  /**
    The netmask as an address.

    # Example

    ```nix
    format (netmask (parseNetwork "10.10.0.0/20"))
    => "255.255.240.0"
    ```
  */
  netmask = cidr: mapGroups (index: _: maskOf cidr.prefix index) cidr.address;

  /**
    How many addresses the network has, null from 2^63 on (IPv6 networks shorter than /66).
  */
  size =
    cidr:
    let
      bits = bitsOf cidr.address - cidr.prefix;
    in
    if bits > 62 then null else pow2 bits;

  /**
    The address so many after another (before it when negative), null beyond the ends of the address space.

    # Type

    ```
    plus :: address -> int -> address | null
    ```
  */
  inherit plus;

  /**
    The address with a number in the network, counted from its first, or backwards from its last with negative ones; null outside.

    # Type

    ```
    addressAt :: cidr -> int -> address | null
    ```

    # Example

    ```nix
    format (addressAt (parseNetwork "10.10.0.0/24") 1)
    => "10.10.0.1"
    format (addressAt (parseNetwork "10.10.0.0/24") (-2))
    => "10.10.0.254"
    ```
  */
  addressAt =
    cidr: number:
    let
      address =
        if number >= 0 then plus (networkAddress cidr) number else plus (lastAddress cidr) (number + 1);
    in
    if address != null && contains cidr address then address else null;

  /**
    The subnet with a longer prefix and a number, null when there is none with that number or the number is 2^46 or more.

    # Type

    ```
    subnetAt :: int -> int -> cidr -> cidr | null
    ```

    # Example

    ```nix
    formatCidr (subnetAt 24 3 (parseNetwork "10.10.0.0/16"))
    => "10.10.3.0/24"
    ```
  */
  inherit subnetAt;

  /**
    The order of addresses, for `lib.sort`: IPv4 before IPv6, then by value.

    # Type

    ```
    isBefore :: address -> address -> bool
    ```
  */
  isBefore = a: b: if a.family != b.family then a.family < b.family else a.groups < b.groups;
}
