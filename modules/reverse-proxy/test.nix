# The module's example from its README as a test, and what is refused.
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
    site:
    map (item: item.message) (
      builtins.filter (item: !item.assertion)
        (evaluate {
          nodes.gate.addresses = [ "192.0.2.10" ];
          nodes.named.addresses = [ "named.example.org" ];
          nodes.forge.addresses = [ "192.0.2.20" ];
          exports.services.forge = {
            web.port = 80;
            local = {
              port = 3000;
              address = "127.0.0.1";
            };
            time = {
              port = 123;
              protocol = "udp";
            };
          };
          reverse-proxy.public = {
            node = site.proxy or "gate";
            email = site.email or "admin@example.org";
            sites."git.example.org" = {
              node = "forge";
            }
            // removeAttrs site [
              "proxy"
              "email"
            ];
          };
        }).config.assertions
    );
  says = words: site: builtins.any (lib.hasInfix words) (failures site);
in
{
  "the README's example: what is behind comes first, and each site is checked" = {
    expr = {
      inherit (example.plan.steps."activate:gate") after;
      checks = builtins.filter (lib.hasPrefix "reverse-proxy") (
        builtins.attrNames example.plan.nodes.gate.checks
      );
    };
    expected = {
      after = [
        "activate:forge"
        "copy:gate"
      ];
      checks = [
        "reverse-proxy-app.example.org"
        "reverse-proxy-git.example.org"
      ];
    };
  };

  "the proxy's ports are published" = {
    expr = lib.mapAttrs (_: service: service.port) (
      builtins.intersectAttrs {
        http = 0;
        https = 0;
      } example.config.exports.services.gate
    );
    expected = {
      http = 80;
      https = 443;
    };
  };

  "as it should be, nothing is refused" = {
    expr = failures { service = "web"; };
    expected = [ ];
  };
  "a site leads somewhere" = {
    expr =
      says "where does it lead? Set service to one of \"forge\" (\"local\", \"time\", \"web\")"
        { };
    expected = true;
  };
  "a service is there" = {
    expr = says "\"forge\" has no service \"wbe\"" { service = "wbe"; };
    expected = true;
  };
  "what listens on localhost cannot be reached from afar" = {
    expr = says "listens on 127.0.0.1 of \"forge\" only" { service = "local"; };
    expected = true;
  };
  "a web site is TCP" = {
    expr = says "is udp, and no web site" { service = "time"; };
    expected = true;
  };
  "ACME needs an address" = {
    expr = says "reverse-proxy.public.email is not set" {
      service = "web";
      email = null;
    };
    expected = true;
  };
  "a proxy that comes from who knows where cannot be let in" = {
    expr = says "cannot let only the proxy \"named\" in" {
      service = "web";
      proxy = "named";
    };
    expected = true;
  };
}
