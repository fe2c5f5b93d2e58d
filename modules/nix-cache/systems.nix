# The README's example as NixOS systems: the server's program, the clients' substituters, the hook. The same on the stub and a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  cacheKey = "gamma.main.example-1:mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  uploadKey = "alpha.main.upload.example-1:nDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.nix-cache
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes.alpha.facts = {
          nix-cache-main-upload-ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
          nix-cache-main-upload-signing = uploadKey;
        };
        nodes.gamma.facts = {
          nix-cache-main = cacheKey;
          ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFYbL9DDucXeDDJ2rMb1tUK/mmq350d5//S+Z9DhqnSK";
        };
      };
    };
  outputs = outputsOf { };
  configOf = name: outputs.nixosConfigurations.${name}.config;
  alpha = configOf "alpha";
  beta = configOf "beta";
  gamma = configOf "gamma";
  trusting = (outputsOf { nix-cache.main.trustUploaders = true; }).nixosConfigurations;
  # A server and an uploader that call their keys like those of others.
  posing =
    (outputsOf {
      nix-cache.main.trustUploaders = true;
      nodes.alpha.facts.nix-cache-main-upload-signing = lib.mkForce "gamma.main.example-1:oDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
      nodes.gamma.facts.nix-cache-main = lib.mkForce "cache.nixos.org-1:pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    }).nixosConfigurations;
  ours = builtins.filter (key: !lib.hasPrefix "cache.nixos.org-1:6NCH" key);
  other =
    (outputsOf { nix-cache.main.servers.gamma.software = "nix-serve"; }).nixosConfigurations.gamma;
in
{
  "every toplevel has a derivation" = {
    expr =
      lib.mapAttrs (
        _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
      ) outputs.nixosConfigurations
      // {
        other = lib.hasSuffix ".drv" other.config.system.build.toplevel.drvPath;
      };
    expected = {
      alpha = true;
      beta = true;
      gamma = true;
      other = true;
    };
  };

  "the server: the program with its key, open on the network's interface only" = {
    expr = {
      inherit (gamma.services.harmonia.cache) enable signKeyPaths;
      inherit (gamma.services.harmonia.cache.settings) bind priority;
      here = gamma.networking.firewall.interfaces.eth1.allowedTCPPorts;
      everywhere = builtins.elem 5000 gamma.networking.firewall.allowedTCPPorts;
      believes = ours gamma.nix.settings.trusted-public-keys;
      account = gamma.users.users.nix-cache-main.isSystemUser;
    };
    expected = {
      enable = true;
      signKeyPaths = [ "/var/lib/netlib/nix-cache/main/signing-key" ];
      bind = "[::]:5000";
      priority = 30;
      here = [ 5000 ];
      everywhere = false;
      believes = [ ];
      account = true;
    };
  };

  "the other program" = {
    expr = {
      inherit (other.config.services.nix-serve) enable port secretKeyFile;
    };
    expected = {
      enable = true;
      port = 5000;
      secretKeyFile = "/var/lib/netlib/nix-cache/main/signing-key";
    };
  };

  "a client: asks the server and believes its key" = {
    expr = {
      asks = builtins.elem "http://192.168.7.3:5000?priority=30" beta.nix.settings.substituters;
      believes = builtins.elem cacheKey beta.nix.settings.trusted-public-keys;
      inherit (beta.nix.settings) connect-timeout fallback;
      hook = beta.nix.settings ? post-build-hook;
      itself = builtins.filter (lib.hasInfix "192.168.7.3") gamma.nix.settings.substituters;
    };
    expected = {
      asks = true;
      believes = true;
      connect-timeout = 5;
      fallback = true;
      hook = false;
      itself = [ ];
    };
  };

  "an uploader: a hook sends what it built as derivations, unless the servers trust its signature" = {
    expr = {
      signs = alpha.nix.settings.secret-key-files or [ ];
      hook = lib.hasSuffix "-nix-cache-main-upload" alpha.nix.settings.post-build-hook;
      trusted = trusting.alpha.config.nix.settings.secret-key-files;
      believed = ours trusting.gamma.config.nix.settings.trusted-public-keys;
    };
    expected = {
      signs = [ ];
      hook = true;
      trusted = [ "/var/lib/netlib/nix-cache/main/upload-signing-key" ];
      believed = [ uploadKey ];
    };
  };

  "the key of a node speaks for no other name" = {
    expr = lib.genAttrs [ "beta" "gamma" ] (
      name:
      (builtins.tryEval (
        builtins.deepSeq posing.${name}.config.nix.settings.trusted-public-keys "believed"
      )).value
    );
    expected = {
      beta = false;
      gamma = false;
    };
  };

  "no node trusts two keys of one name" = {
    expr =
      let
        system =
          (outputsOf {
            nodes.beta.nixos.nix.settings.trusted-public-keys = [
              "gamma.main.example-1:oDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug="
            ];
          }).nixosConfigurations.beta;
      in
      map (item: item.message) (builtins.filter (item: !item.assertion) system.config.assertions);
    expected = [
      (
        "nix.settings.trusted-public-keys has two keys called `gamma.main.example-1`, of which Nix would keep one. "
        + "Remove the one that is no longer used."
      )
    ];
  };
}
