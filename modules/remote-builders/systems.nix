# The README's example as NixOS systems: accounts of builders and build machines of clients. The same on the stub and a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFYbL9DDucXeDDJ2rMb1tUK/mmq350d5//S+Z9DhqnSK";
  factsWith = sshKey: { remote-builders-main-ssh = sshKey; };
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.remote-builders
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes.gamma.facts.ssh-host-key = hostKey;
        nodes.alpha.facts = factsWith "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
        nodes.beta.facts = factsWith "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJY0UKrzhK7nLF0rMG5j8FonPeLD5ElhwwYDqd4jXIyr";
      };
    };
  outputs = outputsOf { };
  configOf = name: outputs.nixosConfigurations.${name}.config;
  alpha = configOf "alpha";
  gamma = configOf "gamma";
  trusting =
    (outputsOf { remote-builders.main.builders.gamma.trusted = true; })
    .nixosConfigurations.gamma.config;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) outputs.nixosConfigurations;
    expected = {
      alpha = true;
      beta = true;
      gamma = true;
    };
  };

  "a client: the machine with its host key, and how ssh gets there" = {
    expr = {
      machines = map (machine: {
        inherit (machine)
          hostName
          protocol
          sshUser
          sshKey
          systems
          maxJobs
          speedFactor
          supportedFeatures
          publicHostKey
          ;
      }) alpha.nix.buildMachines;
      inherit (alpha.nix) distributedBuilds;
      signs = alpha.nix.settings ? secret-key-files;
      program = map (package: package.name) (
        builtins.filter (
          package: lib.hasPrefix "remote-build" package.name
        ) alpha.environment.systemPackages
      );
      ssh = lib.hasInfix "Host gamma.main.builder\n  HostName gamma.example.org\n  HostKeyAlias gamma.main.builder\n  Port 2222\n" alpha.programs.ssh.extraConfig;
    };
    expected = {
      machines = [
        {
          hostName = "gamma.main.builder";
          protocol = "ssh-ng";
          sshUser = "nix-builder-main";
          sshKey = "/var/lib/netlib/remote-builders/main/ssh-key";
          systems = [
            "x86_64-linux"
            "aarch64-linux"
          ];
          maxJobs = 8;
          speedFactor = 1;
          supportedFeatures = [
            "kvm"
            "benchmark"
          ];
          # printf '%s\n' "$key" | base64 -w 0
          publicHostKey = "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSUZZYkw5RER1Y1hlRERKMnJNYjF0VUsvbW1xMzUwZDUvL1MrWjlEaHFuU0sK";
        }
      ];
      distributedBuilds = true;
      signs = false;
      program = [ "remote-build-main" ];
      ssh = true;
    };
  };

  "a client's own lines of ssh configuration stay everybody's, and are not the builder's alone" = {
    expr =
      let
        inherit
          ((outputsOf {
            nodes.alpha.nixos.programs.ssh.extraConfig = "Compression yes\n";
          }).nixosConfigurations.alpha.config.programs.ssh
          )
          extraConfig
          ;
      in
      lib.hasPrefix "Compression yes\n" extraConfig && lib.hasInfix "Host gamma.main.builder" extraConfig;
    expected = true;
  };

  "a builder: an account for nothing but the daemon, which believes no signature of a client" = {
    expr = {
      inherit (gamma.users.users.nix-builder-main) isSystemUser group;
      restricted = map (
        line:
        builtins.match "restrict,command=\"/nix/store/[^\"]*/bin/nix-daemon --stdio\" ssh-ed25519 .*" line
        != null
      ) gamma.users.users.nix-builder-main.openssh.authorizedKeys.keys;
      signatures = builtins.filter (
        key: !lib.hasPrefix "cache.nixos.org-1:" key
      ) gamma.nix.settings.trusted-public-keys;
      trusted = builtins.elem "nix-builder-main" gamma.nix.settings.trusted-users;
    };
    expected = {
      isSystemUser = true;
      group = "nix-builder-main";
      restricted = [
        true
        true
      ];
      signatures = [ ];
      trusted = false;
    };
  };

  "a builder that trusts its clients" = {
    expr = builtins.elem "nix-builder-main" trusting.nix.settings.trusted-users;
    expected = true;
  };
}
