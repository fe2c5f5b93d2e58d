# Another key for a node of a WireGuard network: said beforehand, and refused where both ends are not activated at once.
{ subject, ... }:
let
  inherit (subject) lib modules;

  keyOf = name: "${builtins.substring 0 43 (builtins.hashString "sha256" name)}=";
  # beta gets its second key; what it has is what was gathered.
  networkOf = inUse: module: (outputsOf inUse module).netlibConfigurations.default;
  outputsOf =
    inUse: module:
    subject.outputsOf {
      default = {
        imports = [
          modules.wireguard-mesh
          modules.wireguard-vpn
          module
        ];
        network.name = "example";
        nodes = lib.genAttrs [ "alpha" "beta" "gamma" ] (name: {
          addresses = [ name ];
          facts = {
            wireguard-mesh-wg0 = keyOf name;
            wireguard-mesh-wg0-in-use = if name == "beta" then inUse else keyOf name;
          };
        });
        wireguard-mesh.wg0 = {
          subnet = "10.10.0.0/24";
          members = {
            alpha = { };
            beta = {
              address = "10.10.0.2";
              keyVersion = 2;
            };
            gamma = { };
          };
        };
        defaults.nixos = subject.minimal;
      };
    };
  rotating = networkOf (keyOf "before");
  problemsOf = network: on: (network.planFor { inherit on; }).problems;
  isRefused = words: network: lib.any (lib.hasInfix words) (problemsOf network [ ]);
  say = network: lib.concatStringsSep "\n" network.plan.warnings;
  togetherIn =
    outputs: name: other:
    let
      inherit (outputs.nixosConfigurations.${name}.config.environment.etc."netlib/wireguard/wg0.peers")
        text
        ;
      line = lib.findFirst (lib.hasInfix " ${other} ") "" (lib.splitString "\n" text);
    in
    lib.hasSuffix "together" line;
in
{
  "the plan says whose key changes, over which tunnel, and who waits for whom" = {
    expr = {
      before = (rotating { }).plan.warnings;
      way = lib.hasInfix "gets another key, over this tunnel itself." (
        say (rotating {
          nodes.beta.target.host = "10.10.0.2";
        })
      );
      inherit ((networkOf (keyOf "beta") { }).plan) warnings;
      unknown = (networkOf "none" { }).plan.warnings;
      problems = problemsOf (rotating { }) [ ];
    };
    expected = {
      before = [
        "wireguard-mesh.wg0: beta gets another key. Its tunnels restart; it and alpha, gamma wait for an answer under the new key, and go back to the earlier one without it: deploy them in one run. If they have it already, run: netlib facts gather --on beta."
      ];
      way = true;
      warnings = [ ];
      unknown = [ ];
      problems = [ ];
    };
  };

  "the key in use is asked only of who has had another one" = {
    expr = lib.mapAttrs (_: node: builtins.attrNames node.facts) (rotating { }).plan.nodes;
    expected = {
      alpha = [ "wireguard-mesh-wg0" ];
      beta = [
        "wireguard-mesh-wg0"
        "wireguard-mesh-wg0-in-use"
      ];
      gamma = [ "wireguard-mesh-wg0" ];
    };
  };

  "an order or a rollout between both ends is refused, for both and for nobody else" =
    let
      ordered = rotating { nodes.beta.deploy.after = [ "alpha" ]; };
      inBatches = rotating {
        rollouts.web = {
          nodes = [
            "alpha"
            "beta"
            "gamma"
          ];
          batches = [
            1
            "100%"
          ];
        };
      };
    in
    {
      expr = {
        ordered = isRefused "beta gets another key, but the order of the deployment has alpha at another place" ordered;
        help = isRefused "rollouts.keys.nodes = [ \"beta\" \"alpha\" ];" ordered;
        alone = problemsOf ordered [ "beta" ];
        gathering =
          (ordered.planFor {
            command = "facts";
            folder = "/root";
          }).problems;
        batch = isRefused "alpha is in another batch of rollout web" inBatches;
        role = isRefused "gamma is in another rollout, or in none" (rotating {
          rollouts.web.nodes = [
            "alpha"
            "beta"
          ];
        });
        one = isRefused "rollout web does not activate both at once" (rotating {
          rollouts.web = {
            nodes = [
              "alpha"
              "beta"
              "gamma"
            ];
            maxParallel = 1;
          };
        });
        # Nobody waits for an answer there.
        unconcerned = problemsOf (rotating {
          nodes.beta.deploy.after = [ "alpha" ];
          wireguard-mesh.wg0.reach = "none";
        }) [ ];
        afterwards = problemsOf (networkOf (keyOf "beta") { nodes.beta.deploy.after = [ "alpha" ]; }) [ ];
      };
      expected = {
        ordered = true;
        help = true;
        alone = [ ];
        gathering = [ ];
        batch = true;
        role = true;
        one = true;
        unconcerned = [ ];
        afterwards = [ ];
      };
    };

  "both ends in one batch wait for each other, and the network's own order gives way" =
    let
      outputs = outputsOf (keyOf "before") {
        rollouts.web.nodes = [
          "alpha"
          "beta"
          "gamma"
        ];
      };
      relayed =
        inUse:
        networkOf inUse {
          nodes.beta.addresses = lib.mkForce [ ];
          nodes.gamma.addresses = lib.mkForce [ ];
          wireguard-mesh.wg0.relays = [ "alpha" ];
        };
      after = network: network.plan.steps."activate:beta".after;
    in
    {
      expr = {
        problems =
          problemsOf outputs.netlibConfigurations.default [ ] ++ problemsOf (relayed (keyOf "before")) [ ];
        batch = togetherIn outputs "alpha" "beta";
        during = after (relayed (keyOf "before"));
        later = after (relayed (keyOf "beta"));
      };
      expected = {
        problems = [ ];
        batch = true;
        during = [ "copy:beta" ];
        later = [
          "activate:alpha"
          "copy:beta"
        ];
      };
    };

  "a client of a VPN and its server change in one step too" = {
    expr =
      let
        vpn = subject.evaluate {
          imports = [ modules.wireguard-vpn ];
          network.name = "example";
          nodes = lib.genAttrs [ "gate" "laptop" ] (name: {
            addresses = [ name ];
            facts = {
              wireguard-vpn-vpn = keyOf name;
              wireguard-vpn-vpn-in-use = keyOf "before";
            };
          });
          wireguard-vpn.vpn = {
            subnet = "10.20.0.0/24";
            servers.gate.keyVersion = 2;
            clients.laptop = { };
          };
        };
      in
      {
        inherit (vpn.plan.steps."activate:laptop") after;
        problems = problemsOf vpn [ ];
        said = lib.hasInfix "wireguard-vpn.vpn: gate gets another key" (say vpn);
      };
    expected = {
      after = [ "copy:laptop" ];
      problems = [ ];
      said = true;
    };
  };
}
