# The module's example from its README as a test: routes, order, what is published and what is refused.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.wireguard-vpn
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;
  exported = example.config.exports.networks.wireguard-vpn-vpn;

  peers = import ./peers.nix { inherit lib; } (
    import ./table.nix {
      inherit lib;
      inherit (subject) netlib;
      inherit (example.config) externals;
    } "vpn" example.config.wireguard-vpn.vpn
  );
  v4 = builtins.filter (route: !lib.hasInfix ":" route);
  allowed =
    self:
    lib.listToAttrs (map (peer: lib.nameValuePair peer.name (v4 peer.allowedIPs)) (peers.peersOf self));
  addressOf = name: builtins.head exported.members.${name}.addresses;
  host = name: "${addressOf name}/32";

  # Who is served by whom, with so many servers.
  servedBy =
    servers:
    lib.mapAttrs (_: client: client.server)
      (evaluate {
        nodes = lib.genAttrs (servers ++ clientNames) (name: {
          addresses = [ name ];
        });
        wireguard-vpn.vpn = {
          subnet = "10.20.0.0/16";
          servers = lib.genAttrs servers (_: { });
          clients = lib.genAttrs clientNames (_: { });
        };
      }).config.wireguard-vpn.vpn.clients;
  clientNames = map (index: "client${toString index}") (lib.range 1 30);
  two = servedBy [
    "one"
    "two"
  ];
  three = servedBy [
    "one"
    "two"
    "three"
  ];

  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
  says = words: settings: builtins.any (lib.hasInfix words) (failures (withVpn settings));
  withVpn = settings: {
    nodes.gate.addresses = [ "gate.example.org" ];
    nodes.hidden = { };
    nodes.laptop = { };
    externals.phone = { };
    wireguard-vpn.vpn = {
      subnet = "10.20.0.0/24";
      servers.gate = { };
    }
    // settings;
  };
in
{
  "the README's example: a client has one peer, its server, for the VPN or for everything" = {
    expr = {
      laptop = allowed "laptop";
      kiosk = allowed "kiosk";
    };
    expected = {
      laptop.cellar = [
        "10.20.0.0/24"
        "192.168.7.0/24"
      ];
      kiosk.gate = [ "0.0.0.0/0" ];
    };
  };

  "nothing goes around a full tunnel by IPv6" = {
    expr = builtins.elem "::/0" (builtins.head (peers.peersOf "kiosk")).allowedIPs;
    expected = true;
  };

  "a server has its clients, and behind the other server what that one has" = {
    expr = allowed "gate";
    expected = {
      kiosk = [ (host "kiosk") ];
      phone = [ (host "phone") ];
      cellar = [
        (host "cellar")
        (host "laptop")
        "192.168.7.0/24"
      ];
    };
  };

  "servers are activated before clients" = {
    expr = lib.genAttrs [ "activate:kiosk" "activate:gate" ] (id: example.plan.steps.${id}.after);
    expected = {
      "activate:kiosk" = [
        "activate:cellar"
        "activate:gate"
        "copy:kiosk"
      ];
      "activate:gate" = [ "copy:gate" ];
    };
  };

  "clients spread over the servers, and another server only takes some over" = {
    expr = {
      both = lib.unique (lib.sort (a: b: a < b) (builtins.attrValues two));
      moved = lib.unique (
        builtins.filter (server: server != null) (
          lib.mapAttrsToList (name: server: if server == two.${name} then null else server) three
        )
      );
    };
    expected = {
      both = [
        "one"
        "two"
      ];
      moved = [ "three" ];
    };
  };

  "the tunnels, and who passes on packets between their ends" = {
    expr = {
      inherit (exported) relays;
      tunnels = map (link: "${link.from}-${link.to}") exported.links;
    };
    expected = {
      relays = [
        "cellar"
        "gate"
      ];
      tunnels = [
        "kiosk-gate"
        "laptop-cellar"
        "phone-gate"
        "cellar-gate"
      ];
    };
  };

  "what is behind a server is published" = {
    expr = exported.members.cellar.allowedIPs;
    expected = [ "192.168.7.0/24" ];
  };

  "who uses a server's port is published" = {
    expr = lib.mapAttrs (
      _: services: services.wireguard-vpn-vpn.clients
    ) example.config.exports.services;
    expected = {
      cellar = [ "laptop" ];
      gate = [
        "kiosk"
        "phone"
      ];
    };
  };

  "name servers are for externals and full tunnels" = {
    expr = lib.mapAttrs (_: client: client.dns) example.config.wireguard-vpn.vpn.clients;
    expected = {
      kiosk = [ "10.20.0.1" ];
      laptop = [ ];
      phone = [ "10.20.0.1" ];
    };
  };

  "a full tunnel needs a way into the Internet" = {
    expr = says "internetGateway.externalInterface" { clients.laptop.tunnel = "full"; };
    expected = true;
  };
  "a server has an endpoint" = {
    expr = says "nowhere to reach this server" { servers.hidden = { }; };
    expected = true;
  };
  "clients need a server" = {
    expr = says "has clients but no server" {
      servers = { };
      clients.laptop = { };
    };
    expected = true;
  };
  "nobody is both" = {
    expr = says "`gate` cannot be server and client at once" { clients.gate = { }; };
    expected = true;
  };
  "a client's server is one" = {
    expr = says "`laptop` is no server of this VPN. Servers are: `gate`" {
      clients.laptop.server = "laptop";
    };
    expected = true;
  };
  "a client without a server is answered, not broken on" = {
    expr = says "null is no server of this VPN" { clients.laptop.server = null; };
    expected = true;
  };
  "an external says its key" = {
    expr = says "externals.phone.publicKeys.wireguard" { clients.phone = { }; };
    expected = true;
  };
  "only one tunnel has everything" = {
    expr = builtins.any (lib.hasInfix "both want everything of the node `laptop`") (failures {
      nodes.gate.addresses = [ "gate.example.org" ];
      nodes.laptop = { };
      wireguard-vpn =
        lib.mapAttrs
          (_: subnet: {
            inherit subnet;
            servers.gate.internetGateway.externalInterface = "eth0";
            clients.laptop.tunnel = "full";
          })
          {
            a = "10.20.0.0/24";
            b = "10.21.0.0/24";
          };
    });
    expected = true;
  };
}
