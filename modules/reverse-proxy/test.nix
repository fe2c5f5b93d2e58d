# The module's example from its README as a test, and what it refuses.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.reverse-proxy
        modules.wireguard-mesh
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;

  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate { imports = [ module ]; }).config.assertions
    );

  home = {
    nodes.edge.addresses = [ "192.0.2.10" ];
    nodes.alpha.addresses = [ "192.0.2.20" ];
    nodes.named.addresses = [ "named.example.org" ];
    exports.services.alpha = {
      shop.port = 8080;
      local = {
        port = 9000;
        address = "127.0.0.1";
      };
      dns = {
        port = 53;
        protocol = "udp";
      };
    };
  };
  acme = {
    acceptTerms = true;
    email = "admin@example.org";
  };
  # What is refused of an instance, said in one file.
  refused =
    settings:
    failures {
      _file = "/home/me/proxy.nix";
      imports = [ home ];
      reverse-proxy.public = {
        proxies.edge = { };
        inherit acme;
      }
      // settings;
    };
  refusedHost = host: refused { hosts."a.org" = host; };
  here = ", in `/home/me/proxy.nix`.";
  fine.backends.alpha.port = 80;

  twice =
    one: two:
    failures {
      imports = [
        home
        {
          _file = "/home/me/one.nix";
          reverse-proxy.one = {
            inherit acme;
            hosts."a.org" = fine // {
              aliases = [ "www.a.org" ];
            };
          }
          // one;
        }
        {
          _file = "/home/me/two.nix";
          reverse-proxy.two = {
            inherit acme;
          }
          // two;
        }
      ];
    };
in
{
  "the README's example: checks, order, what listens" = {
    expr = {
      checks = lib.mapAttrs (
        _: node: builtins.filter (lib.hasPrefix "reverse-proxy") (builtins.attrNames node.checks)
      ) example.plan.nodes;
      order = builtins.filter (lib.hasPrefix "activate:") example.plan.steps."activate:edge".after;
      ports = lib.mapAttrs (_: service: service.port) (
        removeAttrs example.config.exports.services.edge [ "wireguard-mesh-wg0" ]
      );
      inherit (example.plan) warnings;
    };
    expected = {
      checks = {
        alpha = [ "reverse-proxy-public.shop.example.org.backend" ];
        beta = [
          "reverse-proxy-public.chat.example.org.backend"
          "reverse-proxy-public.shop.example.org.backend"
        ];
        edge = [
          "reverse-proxy-public.chat.example.org"
          "reverse-proxy-public.shop.example.org"
        ];
      };
      order = [
        "activate:alpha"
        "activate:beta"
      ];
      ports = {
        reverse-proxy-http = 80;
        reverse-proxy-https = 443;
      };
      warnings = [ ];
    };
  };

  "a service without a login is published with one only, also by its port" =
    let
      published =
        host:
        (evaluate {
          imports = [ home ];
          exports.services.edge.metrics = {
            port = 9090;
            scheme = "http";
            needsLogin = true;
          };
          reverse-proxy.public = {
            proxies.edge = { };
            inherit acme;
            hosts."a.org" = host;
          };
        }).config.assertions;
      failures =
        host: map (item: item.message) (builtins.filter (item: !item.assertion) (published host));
    in
    {
      expr = {
        service =
          builtins.any
            (lib.hasInfix "that asks nobody for a login. Set reverse-proxy.public.hosts.\"a.org\".basicAuthFile")
            (failures {
              backends.edge.service = "metrics";
            });
        port = builtins.length (failures {
          backends.edge.port = 9090;
        });
        login = failures {
          backends.edge.port = 9090;
          basicAuthFile = "/run/names";
        };
      };
      expected = {
        service = true;
        port = 1;
        login = [ ];
      };
    };

  "of two proxies that pass on to each other one gives way" = {
    expr =
      let
        inherit
          ((evaluate {
            imports = [ home ];
            reverse-proxy = {
              one = {
                inherit acme;
                proxies.edge = { };
                hosts."a.org" = fine;
              };
              two = {
                inherit acme;
                proxies.alpha = { };
                hosts."b.org".backends.edge.port = 81;
              };
            };
          }).plan
          )
          steps
          ;
      in
      lib.genAttrs [ "edge" "alpha" ] (node: steps."activate:${node}".after);
    expected = {
      edge = [
        "activate:alpha"
        "copy:edge"
      ];
      alpha = [ "copy:alpha" ];
    };
  };

  "plain HTTP over the public network is a warning, HTTPS and the node itself are none" = {
    expr =
      map
        (
          backends:
          builtins.length
            (evaluate {
              imports = [ home ];
              reverse-proxy.public = {
                proxies.edge = { };
                inherit acme;
                hosts."a.org" = { inherit backends; };
              };
            }).plan.warnings
        )
        [
          { alpha.port = 80; }
          {
            alpha = {
              port = 443;
              scheme = "https";
            };
          }
          { edge.port = 81; }
        ];
    expected = [
      1
      0
      0
    ];
  };

  "names of checks stay short, and apart" =
    let
      long = "${lib.fixedWidthString 60 "a" ""}.${lib.fixedWidthString 60 "b" ""}";
      names =
        builtins.attrNames
          (evaluate {
            imports = [ home ];
            reverse-proxy.public = {
              proxies.edge = { };
              inherit acme;
              hosts."${long}.org" = fine;
              hosts."${long}.net" = fine;
              hosts."*.a.org" = fine // {
                tls = "none";
              };
            };
          }).plan.nodes.edge.checks;
    in
    {
      expr = {
        count = builtins.length names;
        wildcard = builtins.elem "reverse-proxy-public.any.a.org" names;
        short = builtins.all (name: builtins.stringLength name <= 100) names;
      };
      expected = {
        count = 3;
        wildcard = true;
        short = true;
      };
    };

  "a name that two instances have on one proxy is refused with both files; on two proxies it is not" =
    {
      expr = [
        (twice { proxies.edge = { }; } {
          proxies.edge = { };
          hosts."www.a.org" = fine;
        })
        (twice { proxies.edge = { }; } {
          proxies.named = { };
          hosts."www.a.org".backends.edge.port = 81;
        })
      ];
      expected = [
        [
          (
            "the name `www.a.org` is both reverse-proxy.one.hosts.\"a.org\"'s and reverse-proxy.two.hosts.\"www.a.org\"'s on `edge`. "
            + "Take it out of one of them, in `/home/me/one.nix` and `/home/me/two.nix`."
          )
        ]
        [
          (
            "reverse-proxy.two.hosts.\"www.a.org\".backends.edge: the firewall of `edge` must know from which addresses `named` will come, "
            + "but nodes.<proxy>.addresses has no IP address. Make both members of a mesh, or set reverse-proxy.two.proxies.named.sourceAddresses, in `/home/me/two.nix`."
          )
        ]
      ];
    };

  "backends: what is refused" = {
    expr = map refusedHost [
      { }
      { backends.alpha = { }; }
      { backends.alpha.service = "shpo"; }
      { backends.alpha.service = "local"; }
      { backends.alpha.service = "dns"; }
      {
        backends.alpha.port = 80;
        backends.edge = {
          port = 444;
          scheme = "https";
        };
      }
      {
        backends.alpha = {
          port = 80;
          standby = true;
        };
      }
    ];
    expected = map (message: [ "reverse-proxy.public.hosts.\"a.org\"${message}${here}" ]) [
      " has no backend. Set reverse-proxy.public.hosts.\"a.org\".backends"
      ".backends.alpha has no port. Set port, or service to the name of one of its services: `dns`, `local`, `shop`"
      ".backends.alpha.service: `alpha` exports no service `shpo`. Did you mean `shop`? Its services are: `dns`, `local`, `shop`"
      ".backends.alpha: the service listens on 127.0.0.1 only, where no other node reaches it. Let it listen on an address that `edge` can reach"
      ".backends.alpha.service: `dns` is a UDP service, which no HTTP proxy can pass on"
      ": some backends speak http, others https. Give all the same scheme"
      ": all backends are on standby. Let one of them answer"
    ];
  };

  "certificates and proxies: what is refused" = {
    expr = map refused [
      {
        hosts."a.org" = fine;
        acme = { };
      }
      {
        hosts."a.org" = fine;
        proxies = {
          edge = { };
          named.sourceAddresses = [ "192.0.2.30" ];
        };
      }
      {
        hosts."a.org" = fine;
        proxies = { };
      }
      { hosts."*.a.org" = fine; }
      {
        hosts."a.org" = fine // {
          tls = "files";
          certificate = "/a.pem";
        };
      }
      {
        hosts."a.org" = fine // {
          aliases = [ "a.org" ];
        };
      }
    ];
    expected = map (message: [ "reverse-proxy.public${message}${here}" ]) [
      ".acme: to get certificates, set email, and acceptTerms when you accept the terms of the authority. Otherwise set tls of the hosts to \"files\" or \"none\""
      ".acme.dnsProvider: with several proxies (`edge`, `named`) the authority may ask one of them for what another was told. Set it, so that the names are proven in the DNS"
      " has no proxy. Set reverse-proxy.public.proxies"
      ".hosts.\"*.a.org\": a certificate for a wildcard needs reverse-proxy.public.acme.dnsProvider. Set it, or tls = \"files\""
      ".hosts.\"a.org\": tls = \"files\" needs certificate and certificateKey. Set both"
      ".hosts.\"a.org\".aliases repeats `a.org`. Take it out"
    ];
  };
}
