# The README's example as NixOS systems: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  outputs = subject.outputsOf {
    default = {
      imports = [
        modules.reverse-proxy
        modules.wireguard-mesh
        ./example.nix
      ];
      network.name = "example";
      defaults = subject.minimal;
      nodes.gate.facts.wireguard-mesh-wg0 = "gDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
      nodes.forge.facts.wireguard-mesh-wg0 = "fDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    };
  };
  configOf = name: outputs.nixosConfigurations.${name}.config;
  gate = configOf "gate";
  hosts = gate.services.nginx.virtualHosts;
  location = name: hosts.${name}.locations."/";
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) outputs.nixosConfigurations;
    expected = lib.genAttrs [ "forge" "gate" ] (_: true);
  };

  "sites lead to their services by the best way" = {
    expr = lib.genAttrs [ "git.example.org" "app.example.org" ] (name: {
      inherit (location name) proxyPass proxyWebsockets;
      inherit (hosts.${name}) enableACME forceSSL serverAliases;
    });
    expected = {
      "git.example.org" = {
        proxyPass = "http://10.10.0.2:3000";
        proxyWebsockets = true;
        enableACME = true;
        forceSSL = true;
        serverAliases = [ "www.git.example.org" ];
      };
      "app.example.org" = {
        proxyPass = "http://localhost:8080";
        proxyWebsockets = false;
        enableACME = true;
        forceSSL = true;
        serverAliases = [ ];
      };
    };
  };

  "other names get nothing" = {
    expr = { inherit (hosts."_") default rejectSSL; };
    expected = {
      default = true;
      rejectSSL = true;
    };
  };

  "certificates come by ACME" = {
    expr = {
      inherit (gate.security.acme) acceptTerms;
      inherit (gate.security.acme.defaults) email;
    };
    expected = {
      acceptTerms = true;
      email = "admin@example.org";
    };
  };

  "the world gets to the proxy, only the proxy to the forge" = {
    expr = {
      gate = gate.networking.firewall.allowedTCPPorts;
      forge = (configOf "forge").networking.firewall.allowedTCPPorts;
      proxy = lib.hasInfix "iptables -A nixos-fw -p tcp -s 10.10.0.1 --dport 3000 -i wg0 -j nixos-fw-accept" (configOf "forge")
      .networking.firewall.extraCommands;
    };
    expected = {
      gate = [
        80
        443
      ];
      forge = [ ];
      proxy = true;
    };
  };
}
