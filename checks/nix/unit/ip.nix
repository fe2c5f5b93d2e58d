# Addresses: RFC 5952's own examples, malformed text, arithmetic, allocation.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (subject.netlib) ip;
  reformat =
    text:
    let
      address = ip.parse text;
    in
    if address == null then null else ip.format address;
  allocate = subnet: key: ip.format (ip.allocate (ip.parseNetwork subnet) key);
  each = lib.mapAttrs' (
    text: expected:
    lib.nameValuePair "format ${text}" {
      expr = reformat text;
      inherit expected;
    }
  );
  nowhere = lib.listToAttrs (
    map
      (
        text:
        lib.nameValuePair "malformed ${builtins.toJSON text}" {
          expr = reformat text;
          expected = null;
        }
      )
      [
        ""
        "1.2.3"
        "1.2.3.4.5"
        "256.1.1.1"
        "01.2.3.4"
        "1.2.3.4 "
        "-1.2.3.4"
        ":"
        ":::"
        "1:2"
        "1::2::3"
        "12345::"
        "g::"
        "::1%eth0"
        "[::1]"
        "1:2:3:4:5:6:7:8:9"
        "1:2:3:4:5:6:7::8"
        "1.2.3.4::"
        "::1.2.3.256"
        "99999999999999999999.1.1.1"
        "1::2:3:4:5:6:7:8"
        "::1::"
        ":1:2:3:4:5:6:7:8"
        "1:2:3:4:5:6:7:8:"
        "1:2:3:4:5:6:1.2.3"
        "1:2:3:4:5:6:7:1.2.3.4"
        "1.2.3.4:5::"
        "0x1::"
        "+1.2.3.4"
        "1.2.3.4\n"
        "1..2.3"
        "1,2,3,4"
        "0000:0000:0000:0000:0000:0000:0000:00001"
        "10.0.0.1/24"
        "fd00::1/64"
        "localhost"
      ]
  );
  keys = map (index: "wg0/node${toString index}") (lib.range 1 200);
  inside =
    subnet:
    builtins.all (
      key: ip.contains (ip.parseNetwork subnet) (ip.allocate (ip.parseNetwork subnet) key)
    ) keys;
in
each {
  "192.0.2.1" = "192.0.2.1";
  "0.0.0.0" = "0.0.0.0";
  "255.255.255.255" = "255.255.255.255";
  "2001:0db8::0001" = "2001:db8::1";
  "2001:db8:0:0:0:0:2:1" = "2001:db8::2:1";
  "2001:db8:0:1:1:1:1:1" = "2001:db8:0:1:1:1:1:1";
  "2001:0:0:1:0:0:0:1" = "2001:0:0:1::1";
  "2001:db8:0:0:1:0:0:1" = "2001:db8::1:0:0:1";
  "2001:DB8::ABCD" = "2001:db8::abcd";
  "0:0:0:0:0:0:0:0" = "::";
  "0:0:0:0:0:0:0:1" = "::1";
  "1:0:0:0:0:0:0:0" = "1::";
  "1:2:3:4:5:6:7:0" = "1:2:3:4:5:6:7:0";
  "::ffff:192.0.2.1" = "::ffff:192.0.2.1";
  "::ffff:c000:201" = "::ffff:192.0.2.1";
  "64:ff9b::192.0.2.33" = "64:ff9b::c000:221";
  # RFC 4291, section 2.2.
  "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789" = "abcd:ef01:2345:6789:abcd:ef01:2345:6789";
  "2001:DB8:0:0:8:800:200C:417A" = "2001:db8::8:800:200c:417a";
  "FF01:0:0:0:0:0:0:101" = "ff01::101";
  "0:0:0:0:0:0:13.1.68.3" = "::d01:4403";
  "::FFFF:129.144.52.38" = "::ffff:129.144.52.38";
  "0:0:0:0:0:FFFF:129.144.52.38" = "::ffff:129.144.52.38";
  "::13.1.68.3" = "::d01:4403";
  "FF01::101" = "ff01::101";
  "2001:DB8::8:800:200C:417A" = "2001:db8::8:800:200c:417a";
  # RFC 5952, sections 1 and 4: many texts of one address.
  "2001:db8:aaaa:bbbb:cccc:dddd:eeee:001" = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1";
  "2001:db8:0:0:0::1" = "2001:db8::1";
  "2001:db8::aaaa:0:0:1" = "2001:db8::aaaa:0:0:1";
  "2001:db8:0:0:aaaa::1" = "2001:db8::aaaa:0:0:1";
  # A run of zeros that "::" may stand for is at least one group long.
  "1:2:3:4:5:6::8" = "1:2:3:4:5:6:0:8";
  "::2:3:4:5:6:7:8" = "0:2:3:4:5:6:7:8";
}
// nowhere
// {
  "networks have zero host bits" = {
    expr = map ip.isNetwork [
      "10.0.0.0/24"
      "10.0.0.1/24"
      "10.0.0.0/33"
      "fd00::/64"
      "fd00::1/64"
      "fd00::/129"
      "10.0.0.0"
      "10.0.0.0/08"
      "0.0.0.0/0"
      "::/0"
      "10.0.0.1/32"
    ];
    expected = [
      true
      false
      false
      true
      false
      false
      false
      false
      true
      true
      true
    ];
  };
  # RFC 4291, section 2.3: three texts of one prefix, three that are no text of it, and a node's address with its prefix.
  "prefixes of the RFC" = {
    expr =
      map
        (
          text:
          let
            cidr = ip.parseCidr text;
          in
          if cidr == null then null else ip.formatCidr cidr
        )
        [
          "2001:0DB8:0000:CD30:0000:0000:0000:0000/60"
          "2001:0DB8::CD30:0:0:0:0/60"
          "2001:0DB8:0:CD30::/60"
          "2001:0DB8:0:CD3/60"
          "2001:0DB8::CD30/60"
          "2001:0DB8::CD3/60"
          "2001:0DB8:0:CD30:123:4567:89AB:CDEF/60"
        ];
    expected = [
      "2001:db8:0:cd30::/60"
      "2001:db8:0:cd30::/60"
      "2001:db8:0:cd30::/60"
      null
      "2001:db8::cd30/60"
      "2001:db8::cd3/60"
      "2001:db8:0:cd30:123:4567:89ab:cdef/60"
    ];
  };
  "/0 and /128 have all addresses, and one" = {
    expr = map ({ network, address }: ip.contains (ip.parseNetwork network) (ip.parse address)) [
      {
        network = "::/0";
        address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
      }
      {
        network = "0.0.0.0/0";
        address = "255.255.255.255";
      }
      {
        network = "fd00::5/128";
        address = "fd00::5";
      }
      {
        network = "fd00::5/128";
        address = "fd00::4";
      }
      {
        network = "::ffff:0:0/96";
        address = "::ffff:1.2.3.4";
      }
      {
        # The same host on the wire, and another family here.
        network = "1.2.3.0/24";
        address = "::ffff:1.2.3.4";
      }
    ];
    expected = [
      true
      true
      true
      false
      true
      false
    ];
  };
  "malformed networks" = {
    expr = builtins.filter (text: ip.parseCidr text != null) [
      ""
      "/24"
      "10.0.0.0/"
      "10.0.0.0/-1"
      "10.0.0.0/24/24"
      "10.0.0.0/ 24"
      "10.0.0/24"
      "fd00::/064"
      "fd00::/9999999999999999999999"
      "10.0.0.0/255.255.255.0"
    ];
    expected = [ ];
  };
  "types take what they say" =
    let
      inherit (subject.netlib) types;
      accepts = type: map type.check;
    in
    {
      expr = {
        ipv4 = accepts types.ipv4 [
          "192.0.2.1"
          "2001:db8::1"
          "192.0.2.1/24"
          4
        ];
        ipv6 = accepts types.ipv6 [
          "192.0.2.1"
          "2001:db8::1"
          "fe80::1%eth0"
          null
        ];
        address = accepts types.address [
          "192.0.2.1"
          "2001:db8::1"
          "alpha"
          [ ]
        ];
        # It is refused with words of its own, once it is known which option it is.
        cidr =
          map
            (
              value:
              (builtins.tryEval (
                types.cidr.merge
                  [ "x" ]
                  [
                    {
                      file = "f";
                      inherit value;
                    }
                  ]
              )).success
            )
            [
              "10.0.0.0/8"
              "2001:db8::/32"
              "10.0.0.1/8"
              "10.0.0.1"
            ];
      };
      expected = {
        ipv4 = [
          true
          false
          false
          false
        ];
        ipv6 = [
          false
          true
          false
          false
        ];
        address = [
          true
          true
          false
          false
        ];
        cidr = [
          true
          true
          false
          false
        ];
      };
    };
  "contains" = {
    expr = map ({ c, a }: ip.contains (ip.parseNetwork c) (ip.parse a)) [
      {
        c = "10.0.0.0/23";
        a = "10.0.1.255";
      }
      {
        c = "10.0.0.0/23";
        a = "10.0.2.0";
      }
      {
        c = "fd00::/61";
        a = "fd00:0:0:7::1";
      }
      {
        c = "fd00::/61";
        a = "fd00:0:0:8::1";
      }
      {
        c = "::/0";
        a = "10.0.0.1";
      }
    ];
    expected = [
      true
      false
      true
      false
      false
    ];
  };
  "overlaps" = {
    expr = map ({ a, b }: ip.overlaps (ip.parseNetwork a) (ip.parseNetwork b)) [
      {
        a = "10.0.0.0/8";
        b = "10.255.0.0/16";
      }
      {
        a = "10.255.0.0/16";
        b = "10.0.0.0/8";
      }
      {
        a = "10.0.0.0/24";
        b = "10.0.1.0/24";
      }
      {
        a = "0.0.0.0/0";
        b = "::/0";
      }
    ];
    expected = [
      true
      true
      false
      false
    ];
  };
  # Written down so that a change of the rule, which would move every host, cannot go unseen.
  "allocation does not change" = {
    expr = map (subnet: allocate subnet "wg0/alpha") [
      "10.10.0.0/24"
      "10.0.0.0/8"
      "fd00::/64"
      "10.0.0.6/31"
      "10.0.0.7/32"
      "fd00::5/128"
    ];
    expected = [
      "10.10.0.84"
      "10.218.174.110"
      "fd00::d58a:66cf:6cd9:54f0"
      "10.0.0.7"
      "10.0.0.7"
      "fd00::5"
    ];
  };
  "allocated addresses are in their subnet" = {
    expr = map inside [
      "10.0.0.0/24"
      "10.0.0.0/30"
      "172.16.0.0/12"
      "fd00::/64"
      "fd00::/121"
    ];
    expected = [
      true
      true
      true
      true
      true
    ];
  };
  "neither network nor broadcast address is allocated" = {
    expr = lib.unique (lib.sort (a: b: a < b) (map (allocate "10.0.0.0/30") keys));
    expected = [
      "10.0.0.1"
      "10.0.0.2"
    ];
  };
  "next free address skips what is taken, network and broadcast" = {
    expr = ip.format (
      ip.nextFree (ip.parseNetwork "10.0.0.0/24") (address: ip.format address == "10.0.0.1") (
        ip.parse "10.0.0.254"
      )
    );
    expected = "10.0.0.2";
  };
  "what a host can have" = {
    expr = map ({ subnet, address }: ip.isUsable (ip.parseNetwork subnet) (ip.parse address)) [
      {
        subnet = "10.0.0.0/24";
        address = "10.0.0.0";
      }
      {
        subnet = "10.0.0.0/24";
        address = "10.0.0.255";
      }
      {
        subnet = "10.0.0.0/24";
        address = "10.0.0.254";
      }
      {
        subnet = "10.0.0.0/31";
        address = "10.0.0.0";
      }
      {
        subnet = "10.0.0.7/32";
        address = "10.0.0.7";
      }
      {
        subnet = "fd00::/64";
        address = "fd00::";
      }
      {
        subnet = "fd00::/64";
        address = "fd00::ffff:ffff:ffff:ffff";
      }
      {
        subnet = "fd00::/127";
        address = "fd00::";
      }
    ];
    expected = [
      false
      false
      true
      true
      true
      false
      true
      true
    ];
  };
  "no free address" = {
    expr = ip.nextFree (ip.parseNetwork "10.0.0.0/30") (_: true) (ip.parse "10.0.0.1");
    expected = null;
  };
}
