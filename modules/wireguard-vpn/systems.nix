# The README's example as NixOS systems and files: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  key = owner: "${owner}DvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.wireguard-vpn
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes.gate.facts.wireguard-vpn-vpn = key "a";
        nodes.cellar.facts.wireguard-vpn-vpn = key "c";
        nodes.laptop.facts.wireguard-vpn-vpn = key "g";
        nodes.kiosk.facts.wireguard-vpn-vpn = key "k";
      };
    };
  outputs = outputsOf { };
  gateWith =
    networking:
    (outputsOf { nodes.gate.nixos = { inherit networking; }; }).nixosConfigurations.gate.config;
  filtering = gateWith {
    nftables.enable = true;
    firewall.filterForward = true;
  };
  router = gateWith {
    nat = {
      enable = true;
      externalInterface = "eth0";
      internalInterfaces = [ "lan0" ];
    };
  };

  # The lines of the table for forwarded packets, of whichever kind the machine's firewall is.
  rulesOf =
    config:
    builtins.filter (line: line != "") (
      map lib.trim (
        lib.splitString "\n" (
          if config.networking.nftables.enable then
            config.networking.nftables.tables.netlib-forwarding.content
          else
            config.netlib.forwarding.content
        )
      )
    );
  configOf = name: outputs.nixosConfigurations.${name}.config;
  gate = configOf "gate";
  kiosk = configOf "kiosk";
  laptop = configOf "laptop";
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) outputs.nixosConfigurations;
    expected = lib.genAttrs [ "cellar" "gate" "kiosk" "laptop" ] (_: true);
  };

  "servers pass on what is between members and to what is named, with the iptables firewall" = {
    expr = {
      gate = rulesOf gate;
      cellar = rulesOf (configOf "cellar");
      first = gate.systemd.services.netlib-forwarding.requiredBy;
      client = laptop.systemd.services ? netlib-forwarding;
    };
    expected = {
      gate = [
        "chain forward {"
        "type filter hook forward priority filter + 5; policy accept;"
        "iifname \"vpn\" oifname \"vpn\" accept"
        "iifname \"vpn\" oifname \"eth0\" ip saddr 10.20.0.0/24 accept"
        "iifname \"vpn\" oifname \"eth0\" ip6 saddr fd00:20::/64 accept"
        "ct state established,related accept"
        "iifname { \"vpn\" } drop"
        "oifname { \"vpn\" } drop"
        "meta nfproto ipv4 drop"
        "meta nfproto ipv6 drop"
        "}"
        "chain postrouting {"
        "type nat hook postrouting priority srcnat; policy accept;"
        "oifname \"eth0\" ip saddr 10.20.0.0/24 masquerade"
        "oifname \"eth0\" ip6 saddr fd00:20::/64 masquerade"
        "}"
      ];
      cellar = [
        "chain forward {"
        "type filter hook forward priority filter + 5; policy accept;"
        "iifname \"vpn\" oifname \"vpn\" accept"
        "iifname \"vpn\" ip daddr 192.168.7.0/24 accept"
        "ct state established,related accept"
        "iifname { \"vpn\" } drop"
        "oifname { \"vpn\" } drop"
        "meta nfproto ipv4 drop"
        "meta nfproto ipv6 drop"
        "}"
      ];
      first = [ "wireguard-vpn.service" ];
      client = false;
    };
  };

  "the same with the nftables firewall, which accepts it where it filters" = {
    expr = {
      isSame = rulesOf filtering == rulesOf gate;
      unit = filtering.systemd.services ? netlib-forwarding;
      accepts = lib.splitString "\n" (lib.trim filtering.networking.firewall.extraForwardRules);
    };
    expected = {
      isSame = true;
      unit = false;
      accepts = [
        "iifname \"vpn\" oifname \"vpn\" accept"
        "iifname \"vpn\" oifname \"eth0\" ip saddr 10.20.0.0/24 accept"
        "iifname \"vpn\" oifname \"eth0\" ip6 saddr fd00:20::/64 accept"
      ];
    };
  };

  "what the machine's own configuration routes stays as it is: IPv4 of a LAN, and no IPv6 of it is translated" =
    {
      expr = {
        inherit (router.networking.nat) enableIPv6 internalInterfaces;
        drops = builtins.filter (lib.hasPrefix "meta nfproto") (rulesOf router);
      };
      expected = {
        enableIPv6 = false;
        internalInterfaces = [ "lan0" ];
        drops = [ "meta nfproto ipv6 drop" ];
      };
    };

  "the gateway forwards for the VPN, without the NAT of the machine" = {
    expr = {
      inherit (gate.networking.nat) enable;
      forwards = gate.boot.kernel.sysctl."net.ipv4.conf.all.forwarding";
      ports = gate.networking.firewall.allowedUDPPorts;
    };
    expected = {
      enable = false;
      forwards = true;
      ports = [ 51820 ];
    };
  };

  "a full tunnel has a table and a mark of its own, and its name servers first" = {
    expr = {
      inherit (kiosk.networking.wireguard.interfaces.vpn) fwMark table;
      inherit (kiosk.networking.firewall) checkReversePath;
      dns = builtins.head kiosk.networking.nameservers;
      unit = kiosk.systemd.services ? wireguard-vpn-full-tunnel;
      split = laptop.systemd.services ? wireguard-vpn-full-tunnel;
      splitTable = laptop.networking.wireguard.interfaces.vpn.table;
    };
    expected = {
      fwMark = "0x6e6c";
      table = "28268";
      checkReversePath = "loose";
      dns = "10.20.0.1";
      unit = true;
      split = false;
      splitTable = "main";
    };
  };

  "the phone's file" = {
    expr = builtins.filter (line: line != "" && !lib.hasPrefix "Address" line) (
      lib.splitString "\n" outputs.netlibConfigurations.default.config.render.phone."vpn.conf".text
    );
    expected = [
      "[Interface]"
      "PrivateKey = @PRIVATE_KEY@"
      "DNS = 10.20.0.1"
      "[Peer]"
      "# gate"
      "PublicKey = ${key "a"}"
      "Endpoint = gate.example.org:51820"
      "AllowedIPs = 0.0.0.0/0, ::/0"
      "PersistentKeepalive = 25"
    ];
  };
}
