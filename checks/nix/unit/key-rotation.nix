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
      external =
        lib.hasInfix "phone, which nobody deploys, needs its file again: nix run .#render -- phone."
          (
            say (rotating {
              externals.phone.publicKeys.wireguard = keyOf "phone";
              wireguard-mesh.wg0.members.phone = { };
            })
          );
    };
    expected = {
      external = true;
      before = [
        "wireguard-mesh.wg0: beta gets another key. Its peers (alpha, gamma) learn it first and talk to it under either key; it waits for their answers under the new one, and rolls back to the earlier one without them. If they have it already, run: netlib facts gather --on beta."
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

  "peers come first, with the key in use and the next one; the network's own order gives way" =
    let
      outputs = outputsOf (keyOf "before") {
        nodes.beta.addresses = lib.mkForce [ ];
        nodes.gamma.addresses = lib.mkForce [ ];
        wireguard-mesh.wg0.relays = [ "alpha" ];
      };
      inherit (outputs.nixosConfigurations) alpha beta gamma;
      peersOf =
        system:
        map (peer: {
          inherit (peer) publicKey allowedIPs persistentKeepalive;
        }) system.config.networking.wireguard.interfaces.wg0.peers;
      watched =
        system:
        map (line: lib.take 2 (lib.splitString " " line)) (
          lib.init (lib.splitString "\n" system.config.environment.etc."netlib/wireguard/wg0.peers".text)
        );
    in
    {
      expr = {
        inherit (outputs.netlibConfigurations.default.plan.steps."activate:beta") after;
        alpha = builtins.filter (peer: peer.allowedIPs == [ ] || peer.allowedIPs == [ "10.10.0.2/32" ]) (
          peersOf alpha
        );
        watched = watched alpha;
        follows = lib.mapAttrs (_: system: system.config.systemd.services ? wireguard-wg0-keys) {
          inherit alpha beta gamma;
        };
        own = beta.config.environment.etc."netlib/wireguard/wg0.key".text;
      };
      expected = {
        after = [
          "activate:alpha"
          "copy:beta"
        ];
        alpha = [
          {
            publicKey = keyOf "before";
            allowedIPs = [ "10.10.0.2/32" ];
            persistentKeepalive = null;
          }
          {
            publicKey = keyOf "beta";
            allowedIPs = [ ];
            persistentKeepalive = 5;
          }
        ];
        watched = [
          [
            (keyOf "before")
            "beta"
          ]
          [
            (keyOf "gamma")
            "gamma"
          ]
          [
            (keyOf "beta")
            "beta"
          ]
        ];
        follows = {
          alpha = true;
          beta = false;
          gamma = false;
        };
        own = "${keyOf "beta"}\n";
      };
    };

  "in a rollout the node is the last one, unless something else wants it earlier" =
    let
      rollout = more: {
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
        }
        // more;
      };
      batchesOf = network: map (batch: batch.nodes) network.plan.rollouts.web.batches;
    in
    {
      expr = {
        batches = batchesOf (rotating (rollout { }));
        problems = problemsOf (rotating (rollout { })) [ ];
        canary = isRefused "alpha, which has to know it first, comes later in the order of the deployment" (
          rotating (rollout {
            canary = "beta";
          })
        );
      };
      expected = {
        batches = [
          [ "alpha" ]
          [
            "gamma"
            "beta"
          ]
        ];
        problems = [ ];
        canary = true;
      };
    };

  "what cannot be is refused, for both ends and for nobody else" =
    let
      ordered = rotating { nodes.alpha.deploy.after = [ "beta" ]; };
      both = rotating {
        wireguard-mesh.wg0.members.alpha.keyVersion = 2;
        nodes.alpha.facts.wireguard-mesh-wg0-in-use = lib.mkForce (keyOf "earlier");
      };
    in
    {
      expr = {
        ordered = isRefused "alpha, which has to know it first, comes later" ordered;
        alone = problemsOf ordered [ "beta" ];
        gathering =
          (ordered.planFor {
            command = "facts";
            folder = "/root";
          }).problems;
        building = (ordered.planFor { goal = "build"; }).problems;
        both = isRefused "alpha gets another key, but so does beta" both;
        one = problemsOf both [
          "alpha"
          "gamma"
        ];
        # Nobody waits for an answer there.
        unconcerned = problemsOf (rotating {
          nodes.alpha.deploy.after = [ "beta" ];
          wireguard-mesh.wg0.reach = "none";
        }) [ ];
        afterwards = problemsOf (networkOf (keyOf "beta") { nodes.alpha.deploy.after = [ "beta" ]; }) [ ];
      };
      expected = {
        ordered = true;
        alone = [ ];
        gathering = [ ];
        building = [ ];
        both = true;
        one = [ ];
        unconcerned = [ ];
        afterwards = [ ];
      };
    };

  "a server of a VPN comes after its clients while its key changes" = {
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
        inherit (vpn.plan.steps."activate:gate") after;
        problems = problemsOf vpn [ ];
        said = lib.hasInfix "wireguard-vpn.vpn: gate gets another key" (say vpn);
      };
    expected = {
      after = [
        "activate:laptop"
        "copy:gate"
      ];
      problems = [ ];
      said = true;
    };
  };
}
