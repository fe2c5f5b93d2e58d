# Networks of random order, roles, rollouts, commands and goals, and random requests about them. The same seed gives the same ones.
{ subject }:
let
  inherit (subject) lib;

  # A number below `most`, from the digits of a hash.
  pick =
    seed: most:
    lib.mod (builtins.fromTOML "x = 0x${builtins.substring 0 7 (builtins.hashString "sha256" seed)}").x most;
  oneOf = seed: list: builtins.elemAt list (pick seed (builtins.length list));
  chance = seed: percent: pick seed 100 < percent;
  some =
    seed: percent: list:
    builtins.filter (item: chance "${seed} ${toString item}" percent) list;
  # At least one of them.
  atLeastOne =
    seed: percent: list:
    let
      found = some seed percent list;
    in
    if found == [ ] then [ (oneOf seed list) ] else found;

  goals = [
    "switch"
    "boot"
    "test"
    "dry-activate"
    "build"
    "copy"
  ];
  tags = [
    "t0"
    "t1"
    "t2"
  ];

  networkOf =
    seed:
    let
      count = 5 + pick "${seed} count" 6;
      names = lib.genList (index: "n${toString index}") count;
      upTo = index: lib.take index names;
      from = index: lib.drop index names;

      order =
        index:
        let
          at = 1 + pick "${seed} order ${toString index}" (count - 1);
        in
        lib.nameValuePair "o${toString index}" {
          first = atLeastOne "${seed} first ${toString index}" 60 (upTo at);
          next = atLeastOne "${seed} next ${toString index}" 60 (from at);
        };

      command =
        index:
        let
          at = pick "${seed} command ${toString index}" (count + 1);
          id = "c${toString index}";
          # Now and then after the one before it.
          chained = lib.optional (index > 0 && chance "${seed} ${id} chained" 40) "c${toString (index - 1)}";
        in
        lib.nameValuePair id {
          kind = "command";
          on = if chance "${seed} ${id} deployer" 60 then "deployer" else oneOf "${seed} ${id} on" names;
          command = "true";
          after = some "${seed} ${id} after" 30 (upTo at) ++ map (step: step) chained;
          before = some "${seed} ${id} before" 30 (from at);
        };

      role =
        index:
        lib.nameValuePair "r${toString index}" {
          nodes = builtins.filter (name: pick "${seed} role ${name}" 4 == index) names;
          rollout = lib.optionalAttrs (chance "${seed} rollout ${toString index}" 70) {
            canary = chance "${seed} canary ${toString index}" 50;
            batches = oneOf "${seed} batches ${toString index}" [
              [ "100%" ]
              [
                "50%"
                "100%"
              ]
              [
                1
                "100%"
              ]
            ];
          };
        };
    in
    {
      network.name = "random-${seed}";
      nodes = lib.genAttrs names (name: {
        tags = some "${seed} tags ${name}" 35 tags;
        activation.goal =
          if chance "${seed} goal ${name}" 25 then oneOf "${seed} its goal ${name}" goals else "switch";
        checks = lib.optionalAttrs (chance "${seed} checks ${name}" 40) {
          port = {
            tcpSocket.port = 80;
            from = oneOf "${seed} from ${name}" [
              "self"
              "deployer"
              { node = oneOf "${seed} from node ${name}" names; }
            ];
          };
        };
      });
      roles = lib.listToAttrs (lib.genList role 3);
      deploy.order = lib.listToAttrs (lib.genList order (1 + pick "${seed} orders" 3));
      deploy.steps = lib.listToAttrs (lib.genList command (pick "${seed} commands" 4));
    };

  isSound = network: builtins.all (item: item.assertion) network.config.assertions;

  selectorsOf =
    network: seed:
    let
      inherit (network.config) nodes;
      inherit (network.config.resolved) context;
      node = what: oneOf "${seed} ${what}" (builtins.attrNames nodes);
      word = kind: what: oneOf "${seed} ${what}" (builtins.attrNames context.${kind} ++ [ "none" ]);
      known = [
        (node "a")
        (node "b")
        "!${node "c"}"
        "@${word "tag" "f"}"
        "!@${word "tag" "g"}"
        "role:${word "role" "h"}"
        "role:*"
        "*"
        "*[0-3]"
        "${node "d"} & !@${word "tag" "i"}"
        "@${word "tag" "k"} & !${node "e"}"
        "module:none.*"
        "nobody"
      ];
    in
    lib.genList (index: oneOf "${seed} selector ${toString index}" known) (pick "${seed} selectors" 4);
in
{
  /**
    So many networks that hold together, by their seeds.
  */
  networks =
    count:
    lib.listToAttrs (
      lib.take count (
        builtins.filter (item: isSound item.value) (
          lib.genList (
            index: lib.nameValuePair (toString index) (subject.evaluate (networkOf (toString index)))
          ) (count * 4)
        )
      )
    );

  /**
    A request about a network.
  */
  requestOf = network: seed: {
    on = selectorsOf network seed;
    goal = if chance "${seed} override" 50 then oneOf "${seed} goal" goals else null;
  };
}
