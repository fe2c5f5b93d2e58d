# The example as a test: who says what to whom, and what is refused.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.status-page
        modules.wireguard-mesh
        ./example.nix
        module
      ];
      network.name = "example";
    };
  example = evaluate { };
  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
  failsWith = words: module: builtins.any (lib.hasInfix words) (failures module);
  table =
    evaluated:
    import ./table.nix {
      inherit lib;
      netlib = { };
    } evaluated.config;
in
{
  "the server is checked, published, and asked for the key that nodes pin" = {
    expr = {
      checks = builtins.attrNames example.plan.nodes.watch.checks;
      facts = builtins.attrNames example.config.facts.watch;
      service = {
        inherit (example.config.exports.services.watch.status-page) port scheme needsLogin;
      };
      command = example.config.commands ? page-status;
    };
    expected = {
      checks = [
        "status-page"
        "wireguard-mesh-wg0"
      ];
      facts = [
        "ssh-host-key"
        "status-page-key"
        "wireguard-mesh-wg0"
      ];
      service = {
        port = 8443;
        scheme = "https";
        needsLogin = true;
      };
      command = true;
    };
  };

  "every node says how it is, so all keys are gathered" = {
    expr = lib.mapAttrs (_: facts: facts ? ssh-host-key) example.config.facts;
    expected = {
      db = true;
      watch = true;
      web = true;
    };
  };

  "the inventory has machines, those that are not deployed, and who may speak for whom" = {
    expr =
      let
        inherit (table example) inventory;
      in
      {
        nodes = builtins.attrNames inventory.nodes;
        web = inventory.nodes.web.addresses;
        phone = inventory.externals.phone.description;
        looks = inventory.checks.watch.status-page.from;
        isText = builtins.isString (builtins.toJSON inventory);
      };
    expected = {
      nodes = [
        "db"
        "watch"
        "web"
      ];
      web = [
        {
          network = "wg0";
          address = "10.10.0.2";
        }
      ];
      phone = "Anna's phone";
      looks = [ "watch" ];
      isText = true;
    };
  };

  "another node may speak of a check only where it looks at it" = {
    expr =
      (table (evaluate {
        checks.web.shop = {
          from.node = "db";
          tcpSocket.port = 80;
        };
      })).inventory.checks.web.shop.from;
    expected = [ "db" ];
  };

  "two servers show the same: each is checked, and has a key of its own" = {
    expr =
      let
        inherit ((evaluate { status-page.servers = [ "web" ]; })) config;
      in
      lib.mapAttrs (node: facts: facts ? status-page-key && config.checks.${node} ? status-page) (
        lib.getAttrs [ "watch" "web" ] config.facts
      );
    expected = {
      watch = true;
      web = true;
    };
  };

  "a reverse proxy publishes it, with a login" =
    let
      published = host: {
        imports = [ modules.reverse-proxy ];
        reverse-proxy.public = {
          proxies.web = { };
          acme.acceptTerms = true;
          acme.email = "admin@example.org";
          hosts."status.example.org" = {
            backends.watch.service = "status-page";
          }
          // host;
        };
      };
    in
    {
      expr = [
        (builtins.any (lib.hasInfix "login") (failures (published { })))
        (failures (published {
          basicAuthFile = "/run/users";
        }))
      ];
      expected = [
        true
        [ ]
      ];
    };

  "what cannot work is refused" = {
    expr = [
      (failures { })
      (failsWith "no node shows the page" { status-page.servers = lib.mkForce [ ]; })
      (failsWith "belong together" { status-page.certificate = "/x.pem"; })
      (failsWith "Set `domain`" {
        status-page.certificate = "/x.pem";
        status-page.certificateKey = "/x.key";
      })
      (failsWith "two ways to log in" {
        status-page.basicAuthFile = "/x";
        status-page.oidc = "http://127.0.0.1:4180";
      })
      (failsWith "twice the `interval`" { status-page.offlineAfter = "1m"; })
      (failsWith "there is no network `wg1`" { status-page.networks = [ "wg1" ]; })
      (failsWith "nobody knows from which address `laptop` will come" { nodes.laptop = { }; })
      (failures {
        nodes.laptop = { };
        status-page.deliverTo = [ "https://status.example.org" ];
      })
    ];
    expected = [
      [ ]
      true
      true
      true
      true
      true
      true
      true
      [ ]
    ];
  };
}
