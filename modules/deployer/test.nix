# The example as a test: who has a key, and what machines are.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.deployer
        ./example.nix
        module
      ];
      network.name = "example";
    };
  example = evaluate { };
  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
in
{
  "deployers are asked for a key, and all for that of their sshd" = {
    expr = lib.mapAttrs (_: builtins.attrNames) example.config.facts;
    expected = {
      alpha = [ "ssh-host-key" ];
      beta = [
        "deployer-key"
        "ssh-host-key"
      ];
      gamma = [ "ssh-host-key" ];
    };
  };

  "its own key is gathered although it is to be a signer" = {
    expr =
      let
        network = evaluate (
          { config, ... }:
          {
            imports = [ modules.git-tracking ];
            git-tracking.signers.beta = config.deployer.keys.beta;
          }
        );
      in
      (network.planFor {
        command = "facts";
        folder = "/network";
      }).problems;
    expected = [ ];
  };

  "each machine says what it is, also where git-tracking says so as well" = {
    expr = map (extra: (evaluate { imports = extra; }).config.status.machine-kind.column) [
      [ ]
      [ modules.git-tracking ]
    ];
    expected = [
      "is"
      "is"
    ];
  };

  "a deployer without targets is refused" = {
    expr = [
      (failures { })
      (builtins.any (lib.hasInfix "deployer.targets selects no node") (failures {
        deployer.targets = [ ];
      }))
    ];
    expected = [
      [ ]
      true
    ];
  };
}
