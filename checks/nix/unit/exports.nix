# Exports, externals, rendered files, and the way from one member to another.
{ subject, ... }:
let
  inherit (subject) lib;
  refused = value: !(builtins.tryEval (builtins.deepSeq value value)).success;

  evaluated = subject.evaluate {
    imports = [
      (
        { config, netlib, ... }:
        {
          # Reads what it writes to, as modules that build on others do.
          exports.services.alpha.relay.port = config.exports.services.beta.web.port + 1;
          exports.publicKeys.example.alpha = netlib.getFact {
            node = "beta";
            name = "example";
            neededBy = "alpha";
          };
          warnings = map netlib.addressOf [
            {
              from = "alpha";
              to = "beta";
            }
            {
              from = "beta";
              to = "gamma";
            }
            {
              from = "phone";
              to = "gamma";
            }
            {
              from = "alpha";
              to = "alpha";
            }
            {
              from = "gamma";
              to = "router";
            }
          ];
          render.phone."key.txt".text = ''
            key ${config.exports.publicKeys.example.alpha}
            mine ${netlib.privateKeyPlaceholder}
          '';
          render.phone."note.txt".text = "no facts\n";
        }
      )
    ];
    network.name = "exports";
    nodes.alpha.addresses = [ "alpha.example.org" ];
    nodes.beta.addresses = [ "beta.example.org" ];
    nodes.gamma.addresses = [ "gamma.example.org" ];
    nodes.hidden = { };
    externals.phone.description = "a phone";
    externals.router.addresses = [ "192.0.2.1" ];
    exports.networks = {
      mesh = {
        subnets = [ "10.10.0.0/24" ];
        members.alpha = {
          addresses = [ "10.10.0.1" ];
          interface = "wg0";
        };
        members.beta.addresses = [ "10.10.0.2" ];
      };
      cable = {
        preference = 20;
        members.beta.addresses = [ "192.168.1.2" ];
        members.gamma.addresses = [ "192.168.1.3" ];
      };
      satellite = {
        preference = 200;
        members.beta.addresses = [ "172.16.0.2" ];
        members.gamma.addresses = [ "172.16.0.3" ];
        members.phone.addresses = [ "172.16.0.4" ];
        members.hidden.addresses = [ "172.16.0.5" ];
      };
      # phone reaches beta only, and alpha through beta.
      star = {
        preference = 10;
        members = {
          alpha.addresses = [ "10.20.0.1" ];
          beta.addresses = [ "10.20.0.2" ];
          gamma.addresses = [ "10.20.0.3" ];
          phone.addresses = [ "10.20.0.9" ];
        };
        links = [
          {
            from = "phone";
            to = "beta";
          }
          {
            from = "phone";
            to = "alpha";
            via = "beta";
          }
        ];
      };
    };
    exports.services.beta.web.port = 80;
  };
  paths = import ../../../lib/paths.nix {
    inherit lib;
    errors = import ../../../lib/errors.nix { inherit lib; };
    inherit (evaluated) config;
  };
  pathOf = from: to: paths.pathTo { inherit from to; };
in
{
  "a module reads exports while it writes them" = {
    expr = evaluated.config.exports.services.alpha.relay.port;
    expected = 81;
  };
  "the best address: by preference, then nodes.<to>.addresses, localhost for oneself" = {
    expr = evaluated.config.warnings;
    expected = [
      "10.10.0.2"
      "192.168.1.3"
      "gamma.example.org"
      "localhost"
      "192.0.2.1"
    ];
  };
  "links go both ways, and say through whom" = {
    expr =
      map
        (
          pair:
          let
            path = pathOf pair.from pair.to;
          in
          {
            inherit (path) network address via;
          }
        )
        [
          {
            from = "beta";
            to = "phone";
          }
          {
            from = "phone";
            to = "alpha";
          }
        ];
    expected = [
      {
        network = "star";
        address = "10.20.0.9";
        via = null;
      }
      {
        network = "star";
        address = "10.20.0.1";
        via = "beta";
      }
    ];
  };
  "packets go over one relay, or two, and no more" = {
    expr =
      let
        link = from: to: { inherit from to; };
        evaluated = subject.evaluate {
          network.name = "relays";
          nodes = lib.genAttrs [ "a" "b" "c" "d" "e" ] (_: { });
          exports.networks.vpn = {
            members = lib.genAttrs [ "a" "b" "c" "d" "e" ] (name: {
              addresses = [ "fd00::${name}" ];
            });
            relays = [
              "b"
              "c"
            ];
            links = [
              (link "a" "b")
              (link "b" "c")
              (link "c" "d")
            ];
          };
        };
        paths = import ../../../lib/paths.nix {
          inherit lib;
          errors = import ../../../lib/errors.nix { inherit lib; };
          inherit (evaluated) config;
        };
        via = from: to: map (path: path.via) (paths.pathsTo { inherit from to; });
      in
      {
        direct = via "a" "b";
        one = via "a" "c";
        two = via "a" "d";
        back = via "d" "a";
        none = via "a" "e";
      };
    expected = {
      direct = [ null ];
      one = [ "b" ];
      two = [ "b" ];
      back = [ "c" ];
      none = [ ];
    };
  };
  "a path names the interface that it leaves by" = {
    expr = (pathOf "alpha" "beta").interface;
    expected = "wg0";
  };
  "a network that is worse than public addresses is used when there are none" = {
    expr = (pathOf "gamma" "hidden").address;
    expected = "172.16.0.5";
  };
  "no way, and names that nobody has, are refused" = {
    expr = map refused [
      (pathOf "alpha" "hidden").address
      (pathOf "alpha" "nobody").address
      (pathOf "nobody" "alpha").address
    ];
    expected = [
      true
      true
      true
    ];
  };
  "the plan and other files need no fact that one file needs" = {
    expr = {
      inherit (evaluated.rendered.files.phone."note.txt") text;
      plan = refused evaluated.plan;
      key = refused evaluated.rendered.files.phone."key.txt".text;
      names = builtins.attrNames evaluated.config.render.phone;
      kinds = builtins.attrNames evaluated.config.exports.publicKeys.example;
    };
    expected = {
      text = "no facts\n";
      plan = false;
      key = true;
      names = [
        "key.txt"
        "note.txt"
      ];
      kinds = [ "alpha" ];
    };
  };
  "selectors become the names of nodes, a wrong one is refused" =
    let
      selected =
        web:
        (subject.evaluate {
          imports = [
            (
              { lib, netlib, ... }:
              {
                options.web = lib.mkOption { type = netlib.references.nodes; };
              }
            )
          ];
          network.name = "x";
          nodes.alpha.tags = [ "edge" ];
          nodes.beta.role = "web";
          nodes.gamma.tags = [ "edge" ];
          roles.web = { };
          inherit web;
        }).config.web;
    in
    {
      expr = [
        (selected [
          "gamma"
          "@edge"
        ])
        (selected [ "!alpha" ])
        (selected [ "@edge & !g*" ])
        (selected [ "role:web" ])
        (selected [ ])
        (refused (selected [ "delta" ]))
        (refused (selected [ "@core" ]))
      ];
      expected = [
        [
          "alpha"
          "gamma"
        ]
        [
          "beta"
          "gamma"
        ]
        [ "alpha" ]
        [ "beta" ]
        [ ]
        true
        true
      ];
    };
  "members are nodes and externals" = {
    expr = map (module: refused (subject.evaluate module).config.exports) [
      {
        network.name = "x";
        externals.phone = { };
        exports.networks.lan.members.phone.addresses = [ "10.0.0.1" ];
      }
      {
        network.name = "x";
        exports.networks.lan.members.phone.addresses = [ "10.0.0.1" ];
      }
      {
        network.name = "x";
        exports.services.phone.web.port = 80;
      }
    ];
    expected = [
      false
      true
      true
    ];
  };
  "each module with instances publishes who takes part in those of its example" = {
    expr = lib.mapAttrs (
      name: _:
      let
        evaluated = subject.evaluate {
          imports = builtins.attrValues subject.modules ++ [ (../../../modules + "/${name}/example.nix") ];
          network.name = lib.mkDefault "example";
        };
      in
      lib.filterAttrs (_: nodes: nodes != [ ]) (evaluated.config.exports.members.${name} or { }) != { }
    ) subject.modules;
    # A node has one sshd and one set of deployers: these have no instances.
    expected = lib.mapAttrs (_: _: true) subject.modules // {
      deploy-access = false;
      deployer = false;
      git-tracking = false;
      notifications = false;
      secrets = false;
      ssh-access = false;
      status-page = false;
    };
  };
}
