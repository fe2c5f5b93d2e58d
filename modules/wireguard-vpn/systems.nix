# The README's example as NixOS systems and files: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  key = owner: "${owner}DvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  outputs = subject.outputsOf {
    default = {
      imports = [
        modules.wireguard-vpn
        ./example.nix
      ];
      network.name = "example";
      defaults = subject.minimal;
      nodes.gate.facts.wireguard-vpn-vpn = key "a";
      nodes.cellar.facts.wireguard-vpn-vpn = key "c";
      nodes.laptop.facts.wireguard-vpn-vpn = key "g";
      nodes.kiosk.facts.wireguard-vpn-vpn = key "k";
    };
  };
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

  "the gateway translates addresses for the VPN" = {
    expr = {
      inherit (gate.networking.nat)
        enable
        enableIPv6
        externalInterface
        internalInterfaces
        ;
      forwards = gate.boot.kernel.sysctl."net.ipv4.conf.all.forwarding";
      ports = gate.networking.firewall.allowedUDPPorts;
      cellar = (configOf "cellar").networking.nat.enable;
    };
    expected = {
      enable = true;
      enableIPv6 = true;
      externalInterface = "eth0";
      internalInterfaces = [ "vpn" ];
      forwards = true;
      ports = [ 51820 ];
      cellar = false;
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
