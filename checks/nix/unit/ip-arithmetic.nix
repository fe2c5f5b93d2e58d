# Counting with addresses and networks, names in the DNS, addresses of all members of a subnet.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (subject.netlib) ip;
  show = value: if value == null then null else ip.format value;
  showCidr = value: if value == null then null else ip.formatCidr value;
  cidr = ip.parseNetwork;

  # One test a row: what is asked of the name, and what the answer must be.
  rows =
    what: ask:
    lib.mapAttrs' (
      name: expected:
      lib.nameValuePair "${what} ${name}" {
        expr = ask name;
        inherit expected;
      }
    );

  # "10.0.0.0/24 5" as the arguments of a function of a network and a number.
  withNumber =
    f: text:
    let
      parts = lib.splitString " " text;
    in
    f (cidr (builtins.head parts)) (builtins.fromJSON (lib.last parts));

  assign =
    explicit:
    ip.assign {
      subnet = cidr "10.0.0.0/29";
      seed = "vpn";
      explicit = lib.mapAttrs (_: text: if text == null then null else ip.parse text) explicit;
    };
  addresses = explicit: lib.mapAttrs (_: member: ip.format member.address) (assign explicit).members;
  collisions =
    explicit:
    map (
      found:
      found
      // {
        address = ip.format found.address;
        free = show found.free;
      }
    ) (assign explicit).collisions;
in
rows "address at" (withNumber (network: number: show (ip.addressAt network number))) {
  "10.10.0.0/24 0" = "10.10.0.0";
  "10.10.0.0/24 1" = "10.10.0.1";
  "10.10.0.0/24 255" = "10.10.0.255";
  "10.10.0.0/24 256" = null;
  "10.10.0.0/24 -1" = "10.10.0.255";
  "10.10.0.0/24 -2" = "10.10.0.254";
  "10.10.0.0/24 -256" = "10.10.0.0";
  "10.10.0.0/24 -257" = null;
  "10.0.0.0/8 65536" = "10.1.0.0";
  "0.0.0.0/0 4294967295" = "255.255.255.255";
  "0.0.0.0/0 4294967296" = null;
  "0.0.0.0/0 -4294967297" = null;
  "255.255.255.255/32 0" = "255.255.255.255";
  "255.255.255.255/32 1" = null;
  "fd00::/64 65536" = "fd00::1:0";
  "fd00::/64 4611686018427387904" = "fd00::4000:0:0:0";
  "fd00::/64 -1" = "fd00::ffff:ffff:ffff:ffff";
  "fd00::/112 65536" = null;
  "::/0 -1" = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
}
// rows "subnet /24 of" (withNumber (network: number: showCidr (ip.subnetAt 24 number network))) {
  "10.10.0.0/16 0" = "10.10.0.0/24";
  "10.10.0.0/16 3" = "10.10.3.0/24";
  "10.10.0.0/16 255" = "10.10.255.0/24";
  "10.10.0.0/16 256" = null;
  "10.10.0.0/16 -1" = null;
  "10.10.7.0/24 0" = "10.10.7.0/24";
  "10.10.7.0/24 1" = null;
  "10.10.7.0/25 0" = null;
  "10.0.0.0/8 65535" = "10.255.255.0/24";
  "0.0.0.0/0 16777215" = "255.255.255.0/24";
}
// rows "subnet /64 of" (withNumber (network: number: showCidr (ip.subnetAt 64 number network))) {
  "2001:db8::/32 0" = "2001:db8::/64";
  "2001:db8::/32 65536" = "2001:db8:1::/64";
  "2001:db8::/32 4294967295" = "2001:db8:ffff:ffff::/64";
  "2001:db8::/32 4294967296" = null;
  "2001:db8::/65 0" = null;
  "::/0 70368744177663" = "0:3fff:ffff:ffff::/64";
  "::/0 70368744177664" = null;
}
//
  rows "the only subnet /0 of" (withNumber (network: number: showCidr (ip.subnetAt 0 number network)))
    {
      "0.0.0.0/0 0" = "0.0.0.0/0";
      "::/0 0" = "::/0";
      "::/0 1" = null;
    }
// rows "netmask of" (text: show (ip.netmask (cidr text))) {
  "10.0.0.0/8" = "255.0.0.0";
  "10.10.0.0/20" = "255.255.240.0";
  "10.0.0.0/31" = "255.255.255.254";
  "10.0.0.1/32" = "255.255.255.255";
  "0.0.0.0/0" = "0.0.0.0";
  "fd00::/52" = "ffff:ffff:ffff:f000::";
}
// rows "last address of" (text: show (ip.lastAddress (ip.parseCidr text))) {
  "10.0.0.0/8" = "10.255.255.255";
  "10.0.0.77/24" = "10.0.0.255";
  "10.0.0.1/32" = "10.0.0.1";
  "0.0.0.0/0" = "255.255.255.255";
  "fd00::/61" = "fd00::7:ffff:ffff:ffff:ffff";
}
// rows "first address of" (text: show (ip.networkAddress (ip.parseCidr text))) {
  "10.0.0.77/24" = "10.0.0.0";
  "2001:db8:1234:5678::9/61" = "2001:db8:1234:5678::";
  "2001:db8:1234:567f::9/61" = "2001:db8:1234:5678::";
}
// rows "size of" (text: ip.size (cidr text)) {
  "10.0.0.0/24" = 256;
  "10.0.0.1/32" = 1;
  "0.0.0.0/0" = 4294967296;
  "fd00::/66" = 4611686018427387904;
  "fd00::/64" = null;
  "fd00::1/128" = 1;
}
// rows "two after" (text: show (ip.plus (ip.parse text) 2)) {
  "10.0.255.254" = "10.1.0.0";
  "255.255.255.253" = "255.255.255.255";
  "255.255.255.254" = null;
  "fd00::ffff:ffff:ffff:ffff" = "fd00:0:0:1::1";
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" = null;
}
// rows "one before" (text: show (ip.plus (ip.parse text) (-1))) {
  "10.1.0.0" = "10.0.255.255";
  "0.0.0.0" = null;
  "fd00::" = "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  "::" = null;
}
// rows "the DNS name of" (text: ip.reverseName (ip.parse text)) {
  "192.0.2.1" = "1.2.0.192.in-addr.arpa";
  # The example of RFC 3596, section 2.5.
  "4321:0:1:2:3:4:567:89ab" =
    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa";
}
// rows "host and port" (text: ip.joinHostPort text 443) {
  "192.0.2.1" = "192.0.2.1:443";
  "2001:db8::1" = "[2001:db8::1]:443";
  "alpha.example.org" = "alpha.example.org:443";
}
//
  rows "has every address of 10.1.0.0/16:" (text: ip.containsNetwork (cidr text) (cidr "10.1.0.0/16"))
    {
      "10.0.0.0/8" = true;
      "10.1.0.0/16" = true;
      "10.1.0.0/17" = false;
      "10.0.0.0/16" = false;
      "0.0.0.0/0" = true;
      "::/0" = false;
    }
// {
  "the order of addresses" = {
    expr = map ip.format (
      lib.sort ip.isBefore (
        map ip.parse [
          "fd00::1"
          "10.0.0.10"
          "9.255.255.255"
          "10.0.0.9"
          "::1"
        ]
      )
    );
    expected = [
      "9.255.255.255"
      "10.0.0.9"
      "10.0.0.10"
      "::1"
      "fd00::1"
    ];
  };
  "the network of one host" = {
    expr = map (text: ip.formatCidr (ip.hostNetwork (ip.parse text))) [
      "10.0.0.1"
      "fd00::1"
    ];
    expected = [
      "10.0.0.1/32"
      "fd00::1/128"
    ];
  };
  # Written down: a change would move everybody.
  "addresses of members: chosen, or by rule" = {
    expr = addresses {
      alpha = null;
      beta = "10.0.0.4";
      gamma = null;
    };
    expected = {
      alpha = "10.0.0.2";
      beta = "10.0.0.4";
      gamma = "10.0.0.6";
    };
  };
  "one more member moves nobody" = {
    expr =
      let
        few = lib.genAttrs [ "a" "b" "c" ] (_: null);
        more = few // lib.genAttrs [ "d" "e" "f" ] (_: null);
      in
      builtins.intersectAttrs few (addresses more) == addresses few;
    expected = true;
  };
  "who chose nothing moves out of the way of who did" = {
    expr = collisions {
      zeta = "10.0.0.2";
      alpha = null;
    };
    expected = [
      {
        address = "10.0.0.2";
        members = [
          "alpha"
          "zeta"
        ];
        moved = "alpha";
        free = "10.0.0.3";
      }
    ];
  };
  "a full subnet has no free address" = {
    expr = map (found: found.free) (
      collisions (
        lib.listToAttrs (
          lib.imap0 (index: name: lib.nameValuePair name "10.0.0.${toString (index + 1)}") [
            "a"
            "b"
            "c"
            "d"
            "e"
            "f"
          ]
        )
        // {
          g = "10.0.0.1";
        }
      )
    );
    expected = [ null ];
  };
}
