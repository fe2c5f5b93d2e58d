# The module's example from its README as a test, and what is refused.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.monitoring
        modules.wireguard-mesh
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;

  failures =
    settings:
    map (item: item.message) (
      builtins.filter (item: !item.assertion)
        (evaluate {
          nodes.watch.addresses = [ "192.0.2.10" ];
          nodes.named.addresses = [ "named.example.org" ];
          nodes.web.addresses = [ "192.0.2.20" ];
          monitoring = settings;
        }).config.assertions
    );
  says = words: settings: builtins.any (lib.hasInfix words) (failures settings);
in
{
  "an exporter says who asks it" = {
    expr = example.config.exports.services.web.node-exporter.clients;
    expected = [ "watch" ];
  };
  "the README's example: every node has an exporter, the server Prometheus, and both are checked" = {
    expr = lib.mapAttrs (
      _: node: builtins.filter (lib.hasPrefix "monitoring") (builtins.attrNames node.checks)
    ) example.plan.nodes;
    expected = {
      outside = [ "monitoring-main-exporter" ];
      watch = [
        "monitoring-main-exporter"
        "monitoring-main-prometheus"
      ];
      web = [ "monitoring-main-exporter" ];
    };
  };

  "what listens is published" = {
    expr = lib.mapAttrs (_: service: service.port) example.config.exports.services.watch;
    expected = {
      grafana-main = 3000;
      node-exporter = 9100;
      prometheus-main = 9090;
      wireguard-mesh-wg0 = 51820;
    };
  };

  "selectors choose who is monitored" = {
    expr =
      (evaluate {
        nodes.watch.addresses = [ "192.0.2.10" ];
        nodes.web = {
          addresses = [ "192.0.2.20" ];
          tags = [ "edge" ];
        };
        nodes.laptop = { };
        monitoring.main = {
          servers = [ "watch" ];
          targets = [ "@edge" ];
        };
      }).config.monitoring.main.targets;
    expected = [ "web" ];
  };

  "nothing is refused in a network as it should be" = {
    expr = failures {
      main.servers = [ "watch" ];
    };
    expected = [ ];
  };
  "somebody has to ask" = {
    expr = says "monitoring.main.servers is empty" { main = { }; };
    expected = true;
  };
  "a server that comes from who knows where cannot be let in" = {
    expr = says "`web` cannot let only `named` in" { main.servers = [ "named" ]; };
    expected = true;
  };
  "one Prometheus a node" = {
    expr = says "runs one Prometheus" {
      main.servers = [ "watch" ];
      other.servers = [ "watch" ];
    };
    expected = true;
  };
  "one exporter a node" = {
    expr = says "on the ports 9100 and 9101" {
      main.servers = [ "watch" ];
      other = {
        servers = [ "web" ];
        exporterPort = 9101;
      };
    };
    expected = true;
  };
}
