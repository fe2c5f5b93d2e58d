# The mesh module without any NixOS: addresses, defaults of members, scale.
{ subject, ... }:
let
  inherit (subject) lib modules;
  table = import ../../../modules/wireguard-mesh/table.nix {
    inherit lib;
    inherit (subject) netlib;
    externals = { };
  };
  configOf =
    module:
    (subject.evaluate {
      imports = [
        modules.wireguard-mesh
        module
      ];
      network.name = "home";
    }).config;
  addressesOf =
    members:
    let
      config = configOf {
        nodes = lib.mapAttrs (name: _: { addresses = [ name ]; }) members;
        wireguard-mesh.wg0 = {
          subnet = [
            "10.0.0.0/16"
            "fd00::/64"
          ];
          inherit members;
        };
      };
    in
    lib.mapAttrs (
      _: member: map (address: address.text) member.addresses
    ) (table "wg0" config.wireguard-mesh.wg0).members;
  few = addressesOf {
    alpha = { };
    beta = { };
  };
  more = addressesOf {
    alpha = { };
    aaa = { };
    beta = { };
    zeta = { };
  };
  memberOf =
    nodes: member:
    (configOf {
      inherit nodes;
      wireguard-mesh.wg0 = {
        subnet = "10.0.0.0/24";
        listenPort = 5000;
        members.alpha = member;
      };
    }).wireguard-mesh.wg0.members.alpha;
  said =
    {
      keyVersion,
      address,
      endpoint,
      listenPort,
      keepalive,
      relay,
      publicKey,
    }:
    {
      inherit
        address
        endpoint
        listenPort
        keepalive
        relay
        publicKey
        ;
    };
  memberValues = nodes: member: said (removeAttrs (memberOf nodes member) [ "_module" ]);
  large = configOf {
    nodes = lib.genAttrs (map (index: "n${toString index}") (lib.range 1 200)) (name: {
      addresses = [ name ];
      facts.wireguard-mesh-wg0 = "${builtins.substring 0 43 (builtins.hashString "sha256" name)}=";
    });
    wireguard-mesh.wg0 = {
      subnet = "fd00::/64";
      members = lib.genAttrs (map (index: "n${toString index}") (lib.range 1 200)) (_: { });
    };
  };
in
{
  "another member moves nobody" = {
    expr = builtins.intersectAttrs few more;
    expected = few;
  };
  "explicit addresses win, in their own subnet only" = {
    expr = (addressesOf { alpha.address = "10.0.0.9"; }).alpha;
    expected = [
      "10.0.0.9"
      (builtins.elemAt few.alpha 1)
    ];
  };
  "addresses are written canonically" = {
    expr =
      (addressesOf {
        alpha.address = [
          "FD00:0::0009"
          "10.0.0.9"
        ];
      }).alpha;
    expected = [
      "10.0.0.9"
      "fd00::9"
    ];
  };
  "a member behind NAT" = {
    expr = memberValues { alpha = { }; } { };
    expected = {
      address = [ ];
      endpoint = null;
      listenPort = null;
      keepalive = 25;
      relay = null;
      publicKey = null;
    };
  };
  "a member with addresses" = {
    expr = memberValues {
      alpha.addresses = [
        "2001:db8::1"
        "other"
      ];
    } { };
    expected = {
      address = [ ];
      endpoint = "[2001:db8::1]:5000";
      listenPort = 5000;
      keepalive = null;
      relay = null;
      publicKey = null;
    };
  };
  "a member that says everything" = {
    expr = memberValues { alpha = { }; } {
      endpoint = "vpn.example.org:443";
      listenPort = 444;
      keepalive = 10;
      address = "10.0.0.1";
    };
    expected = {
      address = [ "10.0.0.1" ];
      endpoint = "vpn.example.org:443";
      listenPort = 444;
      keepalive = 10;
      relay = null;
      publicKey = null;
    };
  };
  "the port of a member is in its endpoint" = {
    expr = (memberOf { alpha.addresses = [ "192.0.2.1" ]; } { listenPort = 77; }).endpoint;
    expected = "192.0.2.1:77";
  };
  "200 members: no failed assertion, 200 contributions" = {
    expr = {
      failed = builtins.filter (item: !item.assertion) large.assertions;
      contributions = builtins.length (builtins.attrNames large.configure);
    };
    expected = {
      failed = [ ];
      contributions = 200;
    };
  };
}
