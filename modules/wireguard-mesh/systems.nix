# The README's example as NixOS systems and files: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  key = owner: "${owner}DvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  outputs = subject.outputsOf {
    default = {
      imports = [
        modules.wireguard-mesh
        ./example.nix
      ];
      network.name = "example";
      defaults.nixos = subject.minimal;
      nodes.alpha.facts = {
        wireguard-mesh-wg0 = key "a";
        wireguard-mesh-wg0-psk-beta = "YWxwaGE=.00";
        wireguard-mesh-wg0-psk-gamma = "pending";
      };
      nodes.beta.facts.wireguard-mesh-wg0 = key "b";
      nodes.gamma.facts.wireguard-mesh-wg0 = key "g";
      nodes.delta = { };
    };
  };
  configOf = name: outputs.nixosConfigurations.${name}.config;
  beta = configOf "beta";
  peer = builtins.head beta.networking.wireguard.interfaces.wg0.peers;
  evaluates = name: (builtins.tryEval (configOf name).system.build.toplevel.drvPath).success;

  # The same mesh without preshared keys: every toplevel must come out.
  plain = subject.outputsOf {
    default = {
      imports = [
        modules.wireguard-mesh
        ./example.nix
      ];
      network.name = "example";
      defaults.nixos = subject.minimal;
      nodes.alpha.facts.wireguard-mesh-wg0 = key "a";
      nodes.beta.facts.wireguard-mesh-wg0 = key "b";
      nodes.gamma.facts.wireguard-mesh-wg0 = key "g";
      wireguard-mesh.wg0.presharedKeys = lib.mkForce false;
    };
  };
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) plain.nixosConfigurations;
    expected = lib.genAttrs [ "alpha" "beta" "gamma" ] (_: true);
  };

  "a preshared key that is not made yet stops who needs it" = {
    expr = lib.genAttrs [ "alpha" "beta" "gamma" "delta" ] evaluates;
    expected = {
      alpha = false;
      beta = true;
      gamma = false;
      delta = true;
    };
  };

  "beta's peer is its relay, with a preshared key that its own activation opens" = {
    expr = {
      inherit (peer)
        allowedIPs
        endpoint
        persistentKeepalive
        presharedKeyFile
        publicKey
        ;
      opened = lib.hasInfix "wireguard-mesh-wg0-preshared-keys" beta.system.activationScripts.wireguard-wg0-preshared-keys.text;
    };
    expected = {
      allowedIPs = [
        "10.10.0.84/32"
        (builtins.elemAt peer.allowedIPs 1)
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
      endpoint = "alpha.example.org:51820";
      persistentKeepalive = 25;
      presharedKeyFile = "/var/lib/netlib/wireguard-mesh/wg0/preshared/alpha-${
        builtins.substring 0 16 (builtins.hashString "sha256" "YWxwaGE=.00")
      }";
      publicKey = key "a";
      opened = true;
    };
  };

  "only the relay forwards" = {
    expr = lib.mapAttrs (
      _: system: system.config.boot.kernel.sysctl."net.ipv6.conf.all.forwarding" or false
    ) plain.nixosConfigurations;
    expected = {
      alpha = true;
      beta = false;
      gamma = false;
    };
  };

  "the relay passes on what is between members, and nothing else" = {
    expr =
      let
        relay = plain.nixosConfigurations.alpha.config;
      in
      {
        rules = builtins.filter (line: line != "") (
          map lib.trim (lib.splitString "\n" relay.netlib.forwarding.content)
        );
        first = relay.systemd.services.netlib-forwarding.requiredBy;
        member = plain.nixosConfigurations.beta.config.systemd.services ? netlib-forwarding;
      };
    expected = {
      rules = [
        "chain forward {"
        "type filter hook forward priority filter + 5; policy accept;"
        "iifname \"wg0\" oifname \"wg0\" accept"
        "ct state established,related accept"
        "iifname { \"wg0\" } drop"
        "oifname { \"wg0\" } drop"
        "meta nfproto ipv4 drop"
        "meta nfproto ipv6 drop"
        "}"
      ];
      first = [ "wireguard-wg0.service" ];
      member = false;
    };
  };

  "the phone's file, with a place for its private key" = {
    expr = builtins.filter (line: line != "" && !lib.hasInfix "fd00" line) (
      lib.splitString "\n" outputs.netlibConfigurations.default.config.render.phone."wg0.conf".text
    );
    expected = [
      "[Interface]"
      "PrivateKey = @PRIVATE_KEY@"
      "[Peer]"
      "# alpha"
      "PublicKey = ${key "a"}"
      "Endpoint = alpha.example.org:51820"
      "PersistentKeepalive = 25"
    ];
  };
}
