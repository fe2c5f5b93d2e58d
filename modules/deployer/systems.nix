# The example as NixOS systems: keys, known hosts, and the clone.
{ subject }:
let
  inherit (subject) lib modules;
  # Keys that differ in a letter.
  keyNumber =
    letter: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZt${letter}G";
  key = keyNumber "S";
  systems =
    (subject.outputsOf {
      default = {
        imports = [
          modules.deployer
          ./example.nix
          {
            nodes.beta.facts.deployer-key = key;
            nodes.alpha.target.port = 2222;
          }
          {
            nodes.alpha.facts.ssh-host-key = keyNumber "T";
            nodes.beta.facts.ssh-host-key = keyNumber "U";
            nodes.gamma.facts.ssh-host-key = keyNumber "V";
          }
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    }).nixosConfigurations;
  keysOf = system: system.config.users.users.root.openssh.authorizedKeys.keys;
in
{
  "targets accept the key, for commands alone" = {
    expr = lib.mapAttrs (_: keysOf) systems;
    expected = lib.genAttrs [ "alpha" "beta" "gamma" ] (_: [ "restrict ${key} netlib on beta" ]);
  };

  "a deployer has the tool, knows the others and makes itself a clone" = {
    expr = [
      (systems.beta.config.environment.etc ? "netlib/deployer")
      systems.beta.config.programs.ssh.knownHosts.alpha.hostNames
      (systems.beta.config.systemd.services ? netlib-clone)
      (systems.alpha.config.systemd.services ? netlib-clone)
    ];
    expected = [
      true
      [ "[alpha]:2222" ]
      true
      false
    ];
  };
}
