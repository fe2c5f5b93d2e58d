# Random requests about random networks and those of the tests, and what the library answers: the driver's own selection, contraction
# and goals must leave the same. Its JSON is kept in expected/requests.json.
{
  nixpkgs ? ../nixpkgs-stub,
  networks ? 6,
  requests ? 12,
}:
let
  subject = import ./subject.nix { inherit nixpkgs; };
  inherit (subject) lib;
  random = import ./random-networks.nix { inherit subject; };

  # Its plan needs nothing but somebody's key.
  fleet = (import ../../templates/fleet/flake.nix).outputs {
    self.outPath = toString ../../templates/fleet;
    nixpkgs = subject.pin;
    netlib = {
      inherit (subject) modules;
      lib = subject.netlib // {
        mkFlake =
          arguments: network:
          subject.netlib.mkFlake arguments {
            imports = [ network ];
            ssh-access.users.anna.keys = [
              "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIaFYbL9DDucXeDDJ2rMb1tUK/mmq350d5//S+Z9DhqnS"
            ];
          };
      };
    };
  };

  all = {
    fleet = fleet.netlibConfigurations.default;
    home = subject.evaluate ./unit/networks/home.nix;
    shop = subject.evaluate ./unit/networks/shop.nix;
  }
  // random.networks networks;

  answer =
    name: network: index:
    let
      request = random.requestOf network "${name} ${toString index}";
      document = network.planFor request;
    in
    {
      inherit request;
      refused = document.problems != [ ];
      nodes = builtins.attrNames (lib.filterAttrs (_: node: node.selected) document.nodes);
      steps = lib.mapAttrs (
        _: step:
        {
          inherit (step) after;
        }
        // lib.optionalAttrs (step.settles or [ ] != [ ]) { inherit (step) settles; }
        // lib.optionalAttrs (step.kind == "barrier") { barrier = true; }
      ) document.steps;
      rollouts = lib.mapAttrs (_: rollout: {
        inherit (rollout) nodes reverts;
        batches = map (batch: batch.nodes) rollout.batches;
      }) document.rollouts;
    };
in
lib.mapAttrs (name: network: {
  inherit (network) plan;
  answers = lib.genList (answer name network) requests;
}) all
