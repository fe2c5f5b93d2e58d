# Members by selector: in every option that takes nodes by name, and the most specific one counts.
{ subject, ... }:
let
  inherit (subject) lib modules;

  network =
    module:
    (subject.evaluate {
      imports = [
        modules.wireguard-mesh
        modules.wireguard-vpn
        modules.nix-cache
        module
      ];
      network.name = "home";
      nodes = {
        web1 = { };
        web2.tags = [ "edge" ];
        db = { };
      };
      roles.web.nodes = [ "web*" ];
      externals.phone.publicKeys.wireguard = "pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    }).config;
  portsOf =
    members:
    lib.mapAttrs (_: member: member.listenPort)
      (network {
        wireguard-mesh.wg0 = {
          subnet = "10.10.0.0/24";
          inherit members;
        };
      }).wireguard-mesh.wg0.members;
  refused = members: !(builtins.tryEval (builtins.attrNames (portsOf members))).success;
  port = listenPort: { inherit listenPort; };
in
{
  "a node gets what the most specific name says, and nothing of the others" = {
    expr = {
      all = portsOf { "*" = port 1; };
      named = portsOf {
        "*" = port 1;
        web1 = port 2;
      };
      tag = portsOf {
        "*" = port 1;
        "@edge" = port 2;
        "role:web & !web2" = port 3;
      };
      both = portsOf {
        "@edge" = port 1;
        "@edge & role:web" = port 2;
      };
      external = portsOf {
        "web?" = port 1;
        phone = port 2;
      };
      others = portsOf { "!db" = port 1; };
    };
    expected = {
      all = {
        db = 1;
        web1 = 1;
        web2 = 1;
      };
      named = {
        db = 1;
        web1 = 2;
        web2 = 1;
      };
      tag = {
        db = 1;
        web1 = 3;
        web2 = 2;
      };
      both.web2 = 2;
      external = {
        phone = 2;
        web1 = 1;
        web2 = 1;
      };
      others = {
        web1 = 1;
        web2 = 1;
      };
    };
  };

  "definitions of one name are merged, of others they are not" = {
    expr =
      let
        member =
          (network {
            wireguard-mesh.wg0 = lib.mkMerge [
              { subnet = "10.10.0.0/24"; }
              { members."@edge".listenPort = 7; }
              { members."@edge".address = "10.10.0.9"; }
              { members."*".endpoint = "example.org:9"; }
            ];
          }).wireguard-mesh.wg0.members.web2;
      in
      {
        inherit (member) listenPort address endpoint;
      };
    expected = {
      listenPort = 7;
      address = [ "10.10.0.9" ];
      endpoint = null;
    };
  };

  "two names that are equally specific, and those that name nothing, are refused" = {
    expr = map refused [
      {
        "@edge" = { };
        "web*" = { };
      }
      { "@egde" = { }; }
      { "role:db" = { }; }
      { "web&&" = { }; }
      { wbe1 = { }; }
      { "phone*" = { }; }
    ];
    expected = lib.genList (_: true) 6;
  };

  "servers and clients of other modules, and members that other selectors name" = {
    expr =
      let
        config = network {
          wireguard-mesh.wg0 = {
            subnet = "10.10.0.0/24";
            members."role:web" = { };
          };
          wireguard-vpn.vpn = {
            subnet = "10.11.0.0/24";
            servers.db.endpoint = "db.example.org:51820";
            clients."module:wireguard-mesh.wg0" = { };
          };
          nix-cache.main.servers."@edge".priority = 20;
        };
      in
      {
        clients = builtins.attrNames config.wireguard-vpn.vpn.clients;
        caches = lib.mapAttrs (_: server: server.priority) config.nix-cache.main.servers;
        members = config.exports.members.wireguard-mesh.wg0;
      };
    expected = {
      clients = [
        "web1"
        "web2"
      ];
      caches.web2 = 20;
      members = [
        "web1"
        "web2"
      ];
    };
  };

  "instances whose members name each other's are a circle" = {
    expr =
      (builtins.tryEval (
        builtins.attrNames
          (network {
            wireguard-mesh.wg0 = {
              subnet = "10.10.0.0/24";
              members."module:wireguard-mesh.wg1" = { };
            };
            wireguard-mesh.wg1 = {
              subnet = "10.11.0.0/24";
              members."module:wireguard-mesh.wg0" = { };
            };
          }).wireguard-mesh.wg0.members
      )).success;
    expected = false;
  };
}
