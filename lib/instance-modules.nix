# The helper of authors of network modules: the instances of a module, and what it says of each of their nodes, said once.
{ lib }:
{
  # The network's.
  config,
  options,
  errors,
  references,
  getFact,
  addressOf,
  # A module that says of options that do not exist which there are.
  unknown,
}@network:
{
  name,
  description,
  example,
  # Options of an instance, or a module with them.
  options ? { },
  # Options of a member, where members are an option of their own, `members`.
  member ? null,
  # Who takes part, as the user wrote it.
  members ? (settings: builtins.attrNames settings.members),
  # What an instance is computed to, once: `table` of all that follows.
  table ? (_: _: null),
  # What is said of each node that takes part, and of an instance as a whole.
  node ? null,
  instance ? (_: { }),
  # What is said of all instances together: `{ tables; fileOf; }` to the same.
  together ? (_: { }),
  # What is wrong with an instance, as sentences without their full stop.
  problems ? (_: [ ]),
  # Which nodes come after or before which, as far as nothing else says the opposite.
  order ? (_: { }),
  # Further options of the network that `instance` sets, and modules that declare them.
  sets ? [ ],
  imports ? [ ],
}:
let
  isModule = builtins.isFunction options || options ? options || options ? imports;
  settingsOf = {
    imports = [ unknown ] ++ lib.optional isModule options;
    options =
      lib.optionalAttrs (!isModule) options
      // lib.optionalAttrs (member != null) {
        members = lib.mkOption {
          type = references.attrsOfNodes (
            lib.types.submodule {
              imports = [ unknown ];
              options = member;
            }
          );
          default = { };
          description = "Nodes that take part, by name or selector.";
          example = lib.literalExpression ''{ alpha = { }; "@edge" = { }; }'';
        };
      };
  };

  all = lib.mapAttrs about network.config.${name};
  about =
    instanceName: settings:
    let
      option = [
        name
        instanceName
      ];
      this = {
        inherit settings option;
        instance = instanceName;
        id = "${name}-${instanceName}";
        table = table instanceName settings;
        members = builtins.filter (member: !(network.config.externals ? ${member})) (
          builtins.attrNames (builtins.groupBy (member: member) (members settings))
        );
        file = errors.definedIn network.options.${name} instanceName;
      };
      ofNode =
        self:
        node (
          this
          // {
            name = self;
            peers = lib.remove self this.members;
            member = settings.members.${self};
            fact =
              other: fact:
              getFact {
                node = other;
                name = fact;
                neededBy = self;
              };
            addressOf =
              to:
              addressOf {
                from = self;
                inherit to option;
              };
          }
        );
    in
    this
    // {
      nodes = lib.optionalAttrs (node != null) (lib.genAttrs this.members ofNode);
      whole = instance this;
      problems = problems this;
      order = order this;
    };

  each = f: lib.mkMerge (lib.mapAttrsToList (_: f) all);
  wholes = map (item: item.whole) (builtins.attrValues all) ++ [
    (together {
      tables = lib.mapAttrs (_: item: item.table) all;
      fileOf = errors.definedIn network.options.${name};
    })
  ];
  wholeAt = path: lib.mkMerge (map (lib.attrByPath path { }) wholes);
  nodesAt =
    f: path: each (item: lib.mapAttrs (_: said: f item (lib.attrByPath path { } said)) item.nodes);
  both =
    ofNodes: ofWhole:
    lib.mkMerge [
      (nodesAt (_: value: value) ofNodes)
      (wholeAt ofWhole)
    ];
  lists = path: lib.concatMap (lib.attrByPath path [ ]) wholes;
in
{
  inherit imports;

  options.${name} = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule settingsOf);
    default = { };
    inherit description;
    example = if builtins.isString example then lib.literalExpression example else example;
  };

  # Which options it sets depends on no value: otherwise nothing could be known before everything is.
  config = {
    assertions =
      lib.concatMap (
        item:
        map (problem: {
          assertion = false;
          message = "${lib.showOption item.option}: ${problem}${item.file}.";
        }) item.problems
      ) (builtins.attrValues all)
      ++ lists [ "assertions" ];
    warnings = lists [ "warnings" ];

    configure = both [ "nixos" ] [ "configure" ];
    facts = both [ "facts" ] [ "facts" ];
    checks = both [ "checks" ] [ "checks" ];

    deploy.order = lib.mkMerge [
      (each (
        item:
        lib.optionalAttrs (item.order != { }) {
          ${item.id} = {
            soft = lib.mkDefault true;
          }
          // item.order;
        }
      ))
      (wholeAt [
        "deploy"
        "order"
      ])
    ];

    deploy.refusals = lists [
      "deploy"
      "refusals"
    ];

    exports = {
      members.${name} = lib.mapAttrs (_: item: item.members) all;
      connections = wholeAt [
        "exports"
        "connections"
      ];
      services = lib.mkMerge [
        # A message about a port names the option that the user wrote.
        (nodesAt (item: lib.mapAttrs (_: service: { inherit (item) option; } // service)) [
          "exports"
          "services"
        ])
        (wholeAt [
          "exports"
          "services"
        ])
      ];
      publicKeys = lib.mkMerge [
        (each (
          item:
          lib.zipAttrsWith (_: lib.foldl' (a: b: a // b) { }) (
            lib.mapAttrsToList (
              self: said: lib.mapAttrs (_: key: { ${self} = key; }) (said.exports.publicKeys or { })
            ) item.nodes
          )
        ))
        (wholeAt [
          "exports"
          "publicKeys"
        ])
      ];
      names = wholeAt [
        "exports"
        "names"
      ];
      networks = wholeAt [
        "exports"
        "networks"
      ];
    };

    render = wholeAt [ "render" ];
    commands = wholeAt [ "commands" ];
  }
  // lib.genAttrs sets (option: wholeAt [ option ]);
}
