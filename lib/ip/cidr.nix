# Networks in CIDR notation: `{ address; prefix; }` and what can be asked of them.
{
  lib,
  parse,
  format,
}:
let
  inherit (builtins)
    bitAnd
    elemAt
    genList
    length
    ;

  pow2 = exponent: lib.foldl' (value: _: value * 2) 1 (genList (index: index) exponent);
  clamp = value: lib.max 0 (lib.min 16 value);

  bitsOf = address: 16 * length address.groups;
  # The mask of the group at an index under a prefix length.
  maskOf = prefix: index: 65536 - pow2 (16 - clamp (prefix - 16 * index));

  mapGroups = f: address: address // { groups = lib.imap0 f address.groups; };
  networkOf = prefix: mapGroups (index: group: bitAnd group (maskOf prefix index));
  hostOf = prefix: mapGroups (index: group: bitAnd group (65535 - maskOf prefix index));

  parseCidr =
    text:
    let
      matched = builtins.match "([^/]+)/(0|[1-9][0-9]?[0-9]?)" text;
      address = parse (elemAt matched 0);
      prefix = lib.toInt (elemAt matched 1);
    in
    if matched == null || address == null || prefix > bitsOf address then
      null
    else
      { inherit address prefix; };

  contains =
    cidr: address:
    cidr.address.family == address.family
    && networkOf cidr.prefix cidr.address == networkOf cidr.prefix address;
in
{
  inherit
    bitsOf
    hostOf
    mapGroups
    maskOf
    networkOf
    pow2
    ;

  /**
    `{ address; prefix; }` of an address with a prefix length, or null. Host bits are kept.
  */
  inherit parseCidr;

  /**
    Like `parseCidr`, and null when the host bits are not zero.
  */
  parseNetwork =
    text:
    let
      cidr = parseCidr text;
    in
    if cidr != null && networkOf cidr.prefix cidr.address == cidr.address then cidr else null;

  formatCidr = cidr: "${format cidr.address}/${toString cidr.prefix}";

  /**
    Whether the address lies in the network.

    # Type

    ```
    contains :: cidr -> address -> bool
    ```
  */
  inherit contains;

  /**
    Whether two networks share an address; never for two families.
  */
  overlaps = a: b: if a.prefix <= b.prefix then contains a b.address else contains b a.address;

  /**
    Whether the first network has every address of the second.

    # Type

    ```
    containsNetwork :: cidr -> cidr -> bool
    ```
  */
  containsNetwork = outer: inner: outer.prefix <= inner.prefix && contains outer inner.address;
}
