# The README's example as NixOS systems: nginx, certificates, firewalls. The same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  keyOf = digit: "${digit}DvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.reverse-proxy
          modules.wireguard-mesh
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes = lib.mapAttrs (_: key: { facts.wireguard-mesh-wg0 = keyOf key; }) {
          edge = "1";
          alpha = "2";
          beta = "3";
        };
      };
    };
  inherit (outputsOf { }) nixosConfigurations;
  edge = nixosConfigurations.edge.config;

  # Real nginx sets it on each server; on the stub it is what was said.
  serversOf =
    config: upstream:
    lib.mapAttrs (_: server: server.backup) config.services.nginx.upstreams.${upstream}.servers;

  rulesOf =
    config:
    builtins.filter (lib.hasInfix "--dport") (
      lib.splitString "\n" config.networking.firewall.extraCommands
    );

  failed =
    config: map (item: item.message) (builtins.filter (item: !item.assertion) config.assertions);
  withBeta =
    configuration:
    (outputsOf {
      nodes.beta = {
        nixos = configuration;
      };
    }).nixosConfigurations.beta.config;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) nixosConfigurations;
    expected = {
      alpha = true;
      beta = true;
      edge = true;
    };
  };

  "nginx: names, TLS, and backends in the mesh" = {
    expr =
      let
        shop = edge.services.nginx.virtualHosts."shop.example.org";
      in
      {
        inherit (shop) serverAliases forceSSL enableACME;
        inherit (shop.locations."/") proxyPass proxyWebsockets recommendedProxySettings;
        # Headers that say who a client is: one value each, of nginx itself.
        headers = builtins.filter (lib.hasPrefix "proxy_set_header ") (
          map lib.trim (lib.splitString "\n" shop.locations."/".extraConfig)
        );
        shop = serversOf edge "netlib-public-shop.example.org";
        chat = serversOf edge "netlib-public-chat.example.org";
        email = edge.security.acme.certs."shop.example.org".email;
        names = edge.security.acme.certs."shop.example.org".extraDomainNames;
        other = edge.services.nginx.virtualHosts.netlib-unknown-names.default;
        ports = edge.networking.firewall.allowedTCPPorts;
      };
    expected = {
      serverAliases = [ "example.org" ];
      forceSSL = true;
      enableACME = true;
      proxyPass = "http://netlib-public-shop.example.org";
      proxyWebsockets = true;
      recommendedProxySettings = false;
      headers = [
        "proxy_set_header Host $host;"
        "proxy_set_header X-Real-IP $remote_addr;"
        "proxy_set_header X-Forwarded-For $remote_addr;"
        "proxy_set_header X-Forwarded-Proto $scheme;"
        "proxy_set_header X-Forwarded-Host $host;"
        "proxy_set_header X-Forwarded-Port $server_port;"
        "proxy_set_header X-Forwarded-Server $hostname;"
        "proxy_set_header Forwarded \"\";"
        "proxy_set_header X-Forwarded-Prefix \"\";"
        "proxy_set_header X-Forwarded-Ssl \"\";"
        "proxy_set_header X-Original-URL \"\";"
        "proxy_set_header X-Rewrite-URL \"\";"
      ];
      shop = {
        "10.10.0.2:8080" = false;
        "10.10.0.3:8081" = true;
      };
      chat."10.10.0.3:9000" = false;
      email = "admin@example.org";
      names = [ "example.org" ];
      other = true;
      ports = [
        80
        443
      ];
    };
  };

  "nginx tries again for as long as a backend's name may not resolve" =
    let
      # Without a value on the stub, where nothing sets one.
      isEndless =
        config: (builtins.tryEval (config.systemd.services.nginx.startLimitIntervalSec == 0)).value;
    in
    {
      expr = map isEndless [
        edge
        (outputsOf {
          reverse-proxy.public.hosts."shop.example.org".backends.alpha.address = "alpha.example.org";
        }).nixosConfigurations.edge.config
      ];
      expected = [
        false
        true
      ];
    };

  "firewalls of backends: the proxy alone, by the mesh's interface" = {
    expr = lib.genAttrs [ "alpha" "beta" "edge" ] (name: rulesOf nixosConfigurations.${name}.config);
    expected = {
      alpha = [ "iptables -w -A nixos-fw -i wg0 -p tcp -s 10.10.0.1 --dport 8080 -j nixos-fw-accept" ];
      beta = [
        "iptables -w -A nixos-fw -i wg0 -p tcp -s 10.10.0.1 --dport 9000 -j nixos-fw-accept"
        "iptables -w -A nixos-fw -i wg0 -p tcp -s 10.10.0.1 --dport 8081 -j nixos-fw-accept"
      ];
      edge = [ ];
    };
  };

  "firewalls of backends: the same with nftables, and over the public network" =
    let
      inherit
        ((outputsOf {
          nodes.alpha.nixos.networking.nftables.enable = true;
          nodes.beta.addresses = [ "2001:db8::b" ];
          reverse-proxy.public = {
            proxies.edge.sourceAddresses = [
              "192.0.2.11"
              "2001:db8::e"
            ];
            hosts."chat.example.org".backends.beta.address = "2001:db8::b";
          };
        }).nixosConfigurations
        )
        alpha
        beta
        ;
    in
    {
      expr = {
        nftables = lib.filter (line: line != "") (
          lib.splitString "\n" alpha.config.networking.firewall.extraInputRules
        );
        public = builtins.filter (lib.hasInfix "9000") (rulesOf beta.config);
      };
      expected = {
        nftables = [
          "iifname \"wg0\" ip saddr 192.0.2.11 tcp dport 8080 accept"
          "iifname \"wg0\" ip saddr 10.10.0.1 tcp dport 8080 accept"
        ];
        public = [
          "ip6tables -w -A nixos-fw -p tcp -s 2001:db8::e --dport 9000 -j nixos-fw-accept"
        ];
      };
    };

  "a backend that lets others in is refused, unless its instance is not exclusive" = {
    expr = {
      port = failed (withBeta {
        networking.firewall.allowedTCPPorts = [ 9000 ];
      });
      range = failed (withBeta {
        networking.firewall.interfaces.wg0.allowedTCPPortRanges = [
          {
            from = 8000;
            to = 8999;
          }
        ];
      });
      off = failed (withBeta {
        networking.firewall.enable = false;
        networking.firewall.allowedTCPPorts = [ 9000 ];
      });
      shared =
        failed
          (outputsOf {
            reverse-proxy.public.exclusive = false;
            nodes.beta.nixos.networking.firewall.allowedTCPPorts = [ 9000 ];
          }).nixosConfigurations.beta.config;
    };
    expected = {
      port = [
        (
          "TCP port 9000 of the node `beta` is for the proxies of reverse-proxy.public alone (`chat.example.org`), "
          + "but networking.firewall opens it to others. Close it there, or set reverse-proxy.public.exclusive = false."
        )
      ];
      range = [
        (
          "TCP port 8081 of the node `beta` is for the proxies of reverse-proxy.public alone (`shop.example.org`), "
          + "but networking.firewall.interfaces.wg0 opens it to others. Close it there, or set reverse-proxy.public.exclusive = false."
        )
      ];
      off = [ ];
      shared = [ ];
    };
  };

  "certificates: proven in the DNS, from files, or none" =
    let
      inherit
        ((outputsOf {
          reverse-proxy.public = {
            acme = {
              dnsProvider = "hetzner";
              environmentFile = "/run/token";
            };
            hosts."chat.example.org" = {
              tls = "files";
              certificate = "/run/chat.pem";
              certificateKey = "/run/chat.key";
            };
            hosts."plain.example.org" = {
              tls = "none";
              backends.edge.port = 3000;
            };
            hosts."*.example.net" = {
              aliases = [ "example.net" ];
              backends.edge.port = 3001;
              health.required = false;
            };
          };
        }).nixosConfigurations.edge
        )
        config
        ;
      inherit (config.services.nginx) virtualHosts;
    in
    {
      expr = {
        certs = builtins.attrNames config.security.acme.certs;
        # Of the sites that may be unhealthy.
        mayFail = config.environment.etc."netlib/may-fail".text;
        # Those that this nixpkgs has for it, and of which none may roll a switch back.
        others =
          let
            known = lib.splitString "\n" config.environment.etc."netlib/may-fail".text;
            isAcme = name: lib.hasPrefix "acme-" name && lib.hasSuffix "wildcard-example.net" name;
            units = builtins.filter isAcme (builtins.attrNames config.systemd.services);
          in
          {
            inAll = units != [ ];
            missing = lib.subtractLists known (map (name: "${name}.service") units);
          };
        # What a unit can be named after, for a name that it cannot.
        wildcard = {
          inherit (config.security.acme.certs."wildcard-example.net") domain extraDomainNames group;
          inherit (virtualHosts."*.example.net") enableACME useACMEHost;
          evaluates = lib.hasSuffix ".drv" config.system.build.toplevel.drvPath;
        };
        inherit (config.security.acme.certs."shop.example.org") dnsProvider environmentFile webroot;
        chat = {
          inherit (virtualHosts."chat.example.org") enableACME forceSSL sslCertificate;
        };
        plain = {
          inherit (virtualHosts."plain.example.org") enableACME forceSSL;
        };
        local = serversOf config "netlib-public-plain.example.org";
      };
      expected = {
        certs = [
          "shop.example.org"
          "wildcard-example.net"
        ];
        mayFail = "acme-order-renew-wildcard-example.net.service\nacme-wildcard-example.net.service\n";
        others = {
          inAll = true;
          missing = [ ];
        };
        wildcard = {
          domain = "*.example.net";
          extraDomainNames = [ "example.net" ];
          group = "nginx";
          enableACME = false;
          useACMEHost = "wildcard-example.net";
          evaluates = true;
        };
        dnsProvider = "hetzner";
        environmentFile = "/run/token";
        webroot = null;
        chat = {
          enableACME = false;
          forceSSL = true;
          sslCertificate = "/run/chat.pem";
        };
        plain = {
          enableACME = false;
          forceSSL = false;
        };
        local."127.0.0.1:3000" = false;
      };
    };
}
