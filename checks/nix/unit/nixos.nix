# Nodes as NixOS systems: needs a whole nixpkgs. What it says must be the same on every one.
{ subject, other, ... }:
let
  inherit (subject) lib modules minimal;
  key = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  betaKey = "bDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";

  mesh = subject.evaluate {
    imports = [ modules.wireguard-mesh ];
    network.name = "home";
    defaults.nixos = minimal;
    nodes.alpha = {
      addresses = [ "2001:db8::a" ];
      tags = [ "edge" ];
    };
    nodes.beta.addresses = [ "beta.example.org" ];
    nodes.gamma = { };
    nodes.lonely.nixos = { node, ... }: { networking.domain = "${node.name}.example.org"; };
    wireguard-mesh.wg0 = {
      subnet = [
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
      members = {
        alpha = { };
        beta.address = "fd00:10::b";
        gamma = { };
      };
    };
  };
  systems =
    (subject.outputsOf {
      default = {
        imports = [ modules.wireguard-mesh ];
        network.name = "home";
        defaults.nixos = minimal;
        nodes.alpha = { };
      };
    }).nixosConfigurations;

  # Three roles that build on each other, on a node with a role and on one without.
  roles.default = {
    network.name = "roles";
    defaults.nixos = minimal;
    nodes.web.role = "web";
    nodes.plain = { };
    roles = {
      base.nixos = {
        imports = [
          (lib.setDefaultModuleLocation "base.nix" { networking.domain = lib.mkDefault "base"; })
        ];
        environment.etc.order.text = lib.mkDefault "base";
        networking.search = [ "base" ];
      };
      # Earlier by name than what it extends.
      app = {
        extends = [ "base" ];
        nixos.networking.search = [ "app" ];
      };
      web = {
        extends = [ "app" ];
        nixos =
          { node, ... }:
          {
            networking.domain = "web";
            networking.search = [ "web" ];
            environment.etc.roles.text = "${node.role} of ${toString node.roles}";
          };
      };
    };
    nodes.web.nixos.networking.search = [ "node" ];
  };

  v6 = system "fd00::/64";
  system =
    subnet:
    subject.outputsOf {
      default = {
        imports = [ modules.wireguard-mesh ];
        network.name = "home";
        defaults.nixos = minimal;
        nodes.alpha = {
          addresses = [ "2001:db8::a" ];
          facts.wireguard-mesh-wg0 = key;
        };
        nodes.beta = {
          facts.wireguard-mesh-wg0 = betaKey;
        };
        nodes.delta.facts.wireguard-mesh-wg1 = key;
        wireguard-mesh.wg0 = {
          inherit subnet;
          members = {
            alpha = { };
            beta = { };
          };
        };
      };
    };
  networkingOf = name: v6.nixosConfigurations.${name}.config.networking;
  interface = name: (networkingOf name).wireguard.interfaces.wg0;
  peersOf =
    name:
    map (peer: {
      inherit (peer)
        publicKey
        allowedIPs
        endpoint
        persistentKeepalive
        ;
    }) (interface name).peers;

  evaluates = value: (builtins.tryEval (builtins.seq value true)).success;
  pins = subject.evaluate {
    network.name = "pins";
    defaults.nixos = minimal;
    nodes.same = { };
    nodes.other.nixpkgs = other;
  };

  # Configurations as they are in flakes that call nixosSystem: modules of inputs, arguments in imports.
  special.default = {
    network.name = "special";
    defaults.nixos = minimal;
    specialArgs.domain = "example.org";
    specialArgs.own = { lib, domain, ... }: { networking.domain = lib.mkDefault domain; };
    nodes.plain.nixos =
      {
        own,
        inputs,
        self,
        ...
      }:
      {
        imports = [ own ];
        networking.search = [
          (toString (self ? outPath))
          (toString (inputs ? nixpkgs))
        ];
      };
    nodes.alone = {
      specialArgs.domain = "example.net";
      nixos = { own, ... }: { imports = [ own ]; };
    };
  };
in
{
  "specialArgs reach imports, with inputs and self, and a node has its own" = {
    expr = lib.mapAttrs (_: node: { inherit (node.config.networking) domain search; }) (
      (subject.outputsOf special).nixosConfigurations
    );
    expected = {
      plain = {
        domain = "example.org";
        search = [
          "1"
          "1"
        ];
      };
      alone = {
        domain = "example.net";
        search = [ ];
      };
    };
  };
  "a tag that two modules add counts once" = {
    expr =
      (subject.evaluate {
        imports = [ { nodes.alpha.tags = [ "edge" ]; } ];
        network.name = "tags";
        nodes.alpha.tags = [
          "edge"
          "rack"
        ];
      }).plan.nodes.alpha.tags;
    expected = [
      "edge"
      "rack"
    ];
  };
  "a toplevel has a derivation" = {
    expr = lib.hasSuffix ".drv" systems.alpha.config.system.build.toplevel.drvPath;
    expected = true;
  };
  "the node's name is its host name, and configurations get the argument node" = {
    expr = {
      alpha = systems.alpha.config.networking.hostName;
      lonely =
        (subject.outputsOf {
          default = {
            network.name = "x";
            defaults.nixos = minimal;
            nodes.lonely.nixos = { node, ... }: { networking.domain = "${node.name}.example.org"; };
          };
        }).nixosConfigurations.lonely.config.networking.domain;
    };
    expected = {
      alpha = "alpha";
      lonely = "lonely.example.org";
    };
  };
  "a system says which units may fail, if any may" = {
    expr =
      let
        etcOf =
          activation:
          let
            nodes.alpha = { inherit activation; };
            network = {
              network.name = "home";
              defaults.nixos = minimal;
              inherit nodes;
            };
          in
          (subject.outputsOf { default = network; }).nixosConfigurations.alpha.config.environment.etc;
      in
      {
        some =
          (etcOf {
            mayFail = [
              "fwupd.service"
              "backup-*.service"
            ];
          })."netlib/may-fail".text;
        none = etcOf { } ? "netlib/may-fail";
      };
    expected = {
      some = "fwupd.service\nbackup-*.service\n";
      none = false;
    };
  };
  "a system's result says who may log in, where that is known" =
    let
      accessOf =
        name: about:
        (subject.evaluate {
          network.name = "access";
          defaults.nixos = minimal;
          nodes.${name} = {
            target = about.target or { };
            nixos = {
              services.openssh = {
                enable = true;
              }
              // about.ssh or { };
              users.users.root.openssh.authorizedKeys = {
                keys = about.keys or [ ];
                keyFiles = about.keyFiles or [ ];
              };
            };
          };
        }).toplevels.${name}.meta.netlib.access;
      keys = [
        "ssh-ed25519 AAAA a"
        "from=\"10.0.0.0/8\" ssh-ed25519 BBBB b"
      ];
      ssh.authorizedKeysInHomedir = false;
      both = "ssh-ed25519 AAAA a\nfrom=\"10.0.0.0/8\" ssh-ed25519 BBBB b";
    in
    {
      expr = lib.mapAttrs accessOf {
        more = { inherit keys; };
        these = { inherit keys ssh; };
        nobody = { inherit ssh; };
        elsewhere = { };
        file = {
          inherit keys ssh;
          keyFiles = [ (builtins.toFile "key" "ssh-ed25519 CCCC c") ];
        };
        anybody = {
          inherit keys ssh;
          target.user = null;
        };
        here = {
          inherit keys ssh;
          target.local = true;
        };
        stranger = {
          inherit keys ssh;
          target.user = "stranger";
        };
        authority = {
          inherit ssh;
          keys = keys ++ [ "cert-authority ssh-ed25519 DDDD d" ];
        };
        otherwise = {
          inherit keys;
          ssh = ssh // {
            extraConfig = "trustedusercakeys /etc/ca";
          };
        };
        third = {
          inherit keys;
          ssh = ssh // {
            authorizedKeysFiles = [ "/etc/keys/%u" ];
          };
        };
      };
      expected = {
        more = [
          both
          "root"
        ];
        these = [
          both
          ""
        ];
        nobody = [
          ""
          ""
        ];
        elsewhere = null;
        file = null;
        anybody = null;
        here = null;
        stranger = null;
        authority = null;
        otherwise = null;
        third = null;
      };
    };
  "a system says where its boot loader has entries, and looks whether there is room" =
    let
      entriesOf =
        name: configuration:
        let
          inherit
            ((subject.outputsOf {
              default = {
                network.name = "loaders";
                defaults.nixos = minimal;
                nodes.${name} = {
                  nixos = configuration;
                };
              };
            }).nixosConfigurations.${name}.config.netlib
            )
            programs
            ;
        in
        [
          (builtins.head (lib.splitString "\n" programs.boot-entry.text))
          (programs ? boot-room)
        ];
    in
    {
      expr = lib.mapAttrs entriesOf {
        none = { };
        container.boot.isContainer = true;
        efi = {
          boot.loader.systemd-boot.enable = true;
          boot.loader.efi.efiSysMountPoint = "/efi";
        };
        grub.boot.loader.grub = {
          enable = lib.mkForce true;
          device = "/dev/sda";
        };
        strange = {
          boot.loader.systemd-boot.enable = true;
          boot.loader.efi.efiSysMountPoint = "/boot $(x)";
        };
      };
      expected = {
        none = [
          "true"
          false
        ];
        container = [
          "true"
          false
        ];
        efi = [
          "entries='/efi/loader/entries/*.conf'"
          true
        ];
        grub = [
          "entries=/boot/grub/grub.cfg"
          true
        ];
        strange = [
          "true"
          true
        ];
      };
    };
  "a system removes old generations once a day where it is to, and a node says it for itself" = {
    expr =
      let
        systems =
          (subject.outputsOf {
            default = {
              network.name = "home";
              defaults.nixos = minimal;
              generations.keep.days = 14;
              nodes.alpha = { };
              nodes.beta.generations.keep = null;
              nodes.gamma.generations.keep.min = 2;
            };
          }).nixosConfigurations;
        unitsOf = name: systems.${name}.config.systemd;
        wordsOf =
          name:
          lib.tail (lib.splitString " " (unitsOf name).services.netlib-generations.serviceConfig.ExecStart);
      in
      {
        units = lib.mapAttrs (name: _: (unitsOf name).timers ? netlib-generations) systems;
        words = lib.genAttrs [ "alpha" "gamma" ] wordsOf;
      };
    expected = {
      units = {
        alpha = true;
        beta = false;
        gamma = true;
      };
      words = {
        alpha = [
          "14"
          "5"
        ];
        gamma = [
          "30"
          "2"
        ];
      };
    };
  };
  "a system says when it may be restarted, if not always" = {
    expr =
      let
        programOf =
          rebootWindow:
          (subject.outputsOf {
            default = {
              network.name = "home";
              defaults.nixos = minimal;
              nodes.alpha.activation = { inherit rebootWindow; };
            };
          }).nixosConfigurations.alpha.config.netlib.programs
            ? reboot-window;
      in
      map programOf [
        null
        {
          start = "Sat 02:00";
          duration = "2h";
        }
      ];
    expected = [
      false
      true
    ];
  };
  "a system that may be booted on trial ends that, and says that it can" = {
    expr =
      let
        system =
          (subject.outputsOf {
            default = {
              network.name = "home";
              defaults.nixos = minimal;
              nodes.alpha.activation.bootOnce = true;
            };
          }).nixosConfigurations.alpha.config;
      in
      {
        marked = system.netlib.programs ? boot-once;
        watchdog = system.systemd.settings.Manager.RuntimeWatchdogSec or null;
        parameters = lib.intersectLists [ "panic=30" "boot.panic_on_fail" ] system.boot.kernelParams;
        inherit (system.systemd.services.netlib-trial) wantedBy restartIfChanged;
      };
    expected = {
      marked = true;
      watchdog = "30s";
      parameters = [
        "panic=30"
        "boot.panic_on_fail"
      ];
      wantedBy = [ "sysinit.target" ];
      restartIfChanged = false;
    };
  };
  "how a system is booted once depends on its boot loader, and some cannot" = {
    expr =
      let
        wayOf =
          loader:
          (subject.outputsOf {
            default = {
              network.name = "home";
              defaults.nixos = minimal;
              nodes.alpha = {
                activation.bootOnce = true;
                nixos.boot.loader = loader;
              };
            };
          }).nixosConfigurations.alpha.config.netlib.programs.boot-once.text;
        grub = {
          grub = {
            enable = lib.mkForce true;
            devices = lib.mkForce [ "nodev" ];
            efiSupport = true;
          };
        };
        isRefused = words: loader: lib.hasInfix "refuse '${words}" (wayOf loader);
      in
      {
        systemd-boot = lib.hasInfix "bootctl set-oneshot" (wayOf {
          systemd-boot.enable = lib.mkForce true;
          grub.enable = lib.mkForce false;
        });
        grub = lib.hasInfix "next_entry" (wayOf grub);
        # It would wait for ever for somebody who types it.
        password = isRefused "GRUB asks for a password" (
          lib.recursiveUpdate grub { grub.users.root.hashedPassword = "grub.pbkdf2.x"; }
        );
        none = isRefused "the boot loader is neither systemd-boot nor GRUB" {
          grub.enable = lib.mkForce false;
        };
      };
    expected = {
      systemd-boot = true;
      grub = true;
      password = true;
      none = true;
    };
  };
  "another key of its own restarts a member's tunnel, unless networkd keeps it" =
    let
      triggers = node: (node.config.systemd.services.wireguard-wg0 or { }).restartTriggers or [ ];
      inherit (v6.nixosConfigurations) alpha;
    in
    {
      expr = {
        alpha = triggers alpha;
        networkd = triggers (
          alpha.extendModules { modules = [ { networking.wireguard.useNetworkd = true; } ]; }
        );
      };
      expected = {
        alpha = [ key ];
        networkd = [ ];
      };
    };
  "IPv6 mesh: interfaces, peers, endpoint in brackets, keepalive behind NAT" = {
    expr = {
      ips = (interface "alpha").ips;
      key = (interface "alpha").privateKeyFile;
      ports = map (name: (interface name).listenPort) [
        "alpha"
        "beta"
      ];
      firewall = map (name: (networkingOf name).firewall.allowedUDPPorts) [
        "alpha"
        "beta"
      ];
      alpha = peersOf "alpha";
      beta = peersOf "beta";
      hosts = map builtins.readFile (
        builtins.filter (file: lib.hasSuffix "-wireguard-mesh-wg0-hosts" "${file}")
          (networkingOf "beta").hostFiles
      );
    };
    expected = {
      ips = [ "fd00::d58a:66cf:6cd9:54f0/64" ];
      key = "/var/lib/netlib/wireguard-mesh/wg0/private-key";
      ports = [
        51820
        null
      ];
      firewall = [
        [ 51820 ]
        [ ]
      ];
      alpha = [
        {
          publicKey = betaKey;
          allowedIPs = [ "fd00::8b6f:2a:749b:8145/128" ];
          endpoint = null;
          persistentKeepalive = null;
        }
      ];
      beta = [
        {
          publicKey = key;
          allowedIPs = [ "fd00::d58a:66cf:6cd9:54f0/128" ];
          endpoint = "[2001:db8::a]:51820";
          persistentKeepalive = 25;
        }
      ];
      hosts = [
        "fd00::d58a:66cf:6cd9:54f0 alpha.wg0\nfd00::8b6f:2a:749b:8145 beta.wg0\n"
      ];
    };
  };
  # fixtures/facts has alpha and gamma: only who needs beta's key is stopped.
  "a missing fact stops only the nodes that need it" = {
    expr = lib.mapAttrs (_: toplevel: evaluates toplevel.drvPath) mesh.toplevels;
    expected = {
      alpha = false;
      beta = true;
      gamma = false;
      lonely = true;
    };
  };
  "two pins in one network give two systems" = {
    expr = {
      bothEvaluate = lib.mapAttrs (_: toplevel: evaluates toplevel.drvPath) pins.toplevels;
      different = pins.toplevels.same.drvPath != pins.toplevels.other.drvPath;
    };
    expected = {
      bothEvaluate = {
        same = true;
        other = true;
      };
      different = true;
    };
  };
  "factPrograms are derivations of the node's pin" = {
    expr =
      lib.hasSuffix ".drv" mesh.factPrograms.alpha.drvPath
      && mesh.factPrograms.alpha.name == "netlib-programs-gather-alpha";
    expected = true;
  };
  "a network for another system than the configuration's is refused" = {
    expr =
      evaluates
        (subject.evaluate {
          network.name = "x";
          defaults.nixos = minimal;
          nodes.alpha.nixos = { lib, ... }: { nixpkgs.hostPlatform = lib.mkDefault "aarch64-linux"; };
        }).toplevels.alpha.drvPath;
    expected = false;
  };
  "roles configure their nodes; elements of lists come from the node first, from what roles extend last" =
    {
      expr =
        let
          of = name: (subject.outputsOf roles).nixosConfigurations.${name}.config;
        in
        {
          inherit ((of "web").networking) domain search;
          roles = (of "web").environment.etc.roles.text;
          order = (of "web").environment.etc.order.text;
          plain = (of "plain").networking.search;
        };
      expected = {
        domain = "web";
        search = [
          "node"
          "web"
          "app"
          "base"
        ];
        roles = "web of app base web";
        order = "base";
        plain = [ ];
      };
    };
}
