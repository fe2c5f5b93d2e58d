# The templates as a user has them after the first steps of their READMEs: with keys and facts they give systems.
{ subject, ... }:
let
  inherit (subject) lib;
  folder = ../../../templates;

  # `module` has what the user brings.
  outputsOf =
    template: module:
    (import (folder + "/${template}/flake.nix")).outputs {
      self.outPath = toString (folder + "/${template}");
      nixpkgs = subject.pin;
      netlib = {
        inherit (subject) modules;
        lib = subject.netlib // {
          mkFlake =
            arguments: network:
            subject.netlib.mkFlake arguments {
              imports = [
                network
                module
              ];
              defaults.nixos = subject.minimal;
            };
        };
      };
    };

  # What whoever starts from one reads.
  texts =
    template:
    [ (import folder).${template}.welcomeText ]
    ++ map (file: builtins.readFile (folder + "/${template}/${file}")) [
      "README.md"
      "flake.nix"
    ];

  areDerivations =
    outputs: nodes:
    lib.genAttrs nodes (
      node: lib.hasSuffix ".drv" outputs.nixosConfigurations.${node}.config.system.build.toplevel.drvPath
    );
  wireguardKey = letter: "${letter}DvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  sshKey =
    letter: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter}FYbL9DDucXeDDJ2rMb1tUK/mmq350d5//S+Z9DhqnS";

  mesh = outputsOf "wireguard-mesh" {
    nodes = {
      alpha.facts.wireguard-mesh-wg0 = wireguardKey "a";
      beta.facts.wireguard-mesh-wg0 = wireguardKey "b";
      gamma.facts.wireguard-mesh-wg0 = wireguardKey "c";
    };
  };

  anna.ssh-access.users.anna.keys = [ "${sshKey "A"} anna" ];
  clientOf = letter: {
    facts = {
      backup-main = sshKey letter;
      ssh-host-key = sshKey (lib.toUpper letter);
      wireguard-mesh-wg0 = wireguardKey letter;
    };
  };
  fleet = outputsOf "fleet" {
    imports = [ anna ];
    nodes = {
      gateway = clientOf "g";
      web1 = clientOf "w";
      web2 = clientOf "x";
      vault.facts = {
        status-page-key = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        ssh-host-key = sshKey "V";
        wireguard-mesh-wg0 = wireguardKey "v";
      };
    };
  };
  failures =
    outputs:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) outputs.netlibConfigurations.default.config.assertions
    );
in
{
  "each says how netlib gets into its lock" = {
    expr = lib.concatMap (map (lib.hasInfix "nix flake lock --override-input netlib git+file:///")) [
      (texts "wireguard-mesh")
      (texts "fleet")
    ];
    expected = lib.replicate 6 true;
  };

  "wireguard-mesh: systems" = {
    expr = areDerivations mesh [
      "alpha"
      "gamma"
    ];
    expected = {
      alpha = true;
      gamma = true;
    };
  };

  "fleet: systems" = {
    expr = areDerivations fleet [
      "gateway"
      "vault"
      "web1"
    ];
    expected = {
      gateway = true;
      vault = true;
      web1 = true;
    };
  };

  "fleet: the order of its README" =
    let
      inherit (fleet.netlibConfigurations.default.plan) steps warnings;
      # A gate waits also for what only has to end.
      beforeOf = id: steps.${id}.after ++ steps.${id}.afterCompletion or [ ];
      comesAfter =
        id: wanted:
        builtins.elem wanted (beforeOf id) || builtins.any (before: comesAfter before wanted) (beforeOf id);
    in
    {
      expr = {
        inherit warnings;
        after = map ({ id, wanted }: comesAfter id wanted) [
          {
            id = "activate:web1";
            wanted = "activate:vault";
          }
          {
            id = "activate:web2";
            wanted = "activate:web1";
          }
          {
            id = "activate:gateway";
            wanted = "activate:web2";
          }
          {
            id = "activate:web1";
            wanted = "activate:web2";
          }
        ];
      };
      expected = {
        warnings = [ ];
        after = [
          true
          true
          true
          false
        ];
      };
    };

  "fleet: without a key nobody could deploy, which says what to do" = {
    expr =
      let
        messages = failures (outputsOf "fleet" { });
      in
      map (words: builtins.any (lib.hasInfix words) messages) [
        "ssh-access.users.anna.keys is empty"
        "no deployer is left for the nodes `gateway`, `vault`"
      ];
    expected = [
      true
      true
    ];
  };
}
