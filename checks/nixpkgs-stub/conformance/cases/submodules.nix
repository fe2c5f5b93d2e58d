# Submodules: names, defaults, merging, places in messages.
{
  lib,
  types,
  value,
  config,
  declare,
  int,
  str,
  mkOption,
  ...
}:
let
  person = types.submodule (
    { name, config, ... }:
    {
      options.name = mkOption {
        type = types.str;
        default = name;
      };
      options.greeting = mkOption {
        type = types.str;
        default = "hello ${config.name}";
      };
      options.tags = mkOption {
        type = types.listOf types.str;
        default = [ ];
      };
    }
  );
in
{
  name-is-the-attribute = {
    expr = (value (types.attrsOf person) [ { ann = { }; } ]).ann.name;
    expected = "ann";
  };
  name-of-a-single-submodule-is-the-option = {
    expr = (value person [ { } ]).name;
    expected = "v";
  };
  name-in-a-list-names-the-entry = {
    expr = map (x: x.name) (
      value (types.listOf person) [
        [
          { }
          { }
        ]
      ]
    );
    expected = [
      "[definition 1-entry 1]"
      "[definition 1-entry 2]"
    ];
  };
  config-refers-to-itself = {
    expr = (value (types.attrsOf person) [ { ann.name = "Ann"; } ]).ann.greeting;
    expected = "hello Ann";
  };
  definitions-merge-inside = {
    expr =
      (value (types.attrsOf person) [
        { ann.tags = [ "a" ]; }
        { ann.tags = [ "b" ]; }
      ]).ann.tags;
    expected = [
      "a"
      "b"
    ];
  };
  priorities-inside = {
    expr =
      (value (types.attrsOf person) [
        { ann.name = lib.mkDefault "x"; }
        { ann.name = "y"; }
      ]).ann.name;
    expected = "y";
  };
  conditions-around-a-submodule = {
    expr = builtins.attrNames (
      value (types.attrsOf person) [
        {
          ann = lib.mkIf false { };
          bob = lib.mkIf true { };
        }
      ]
    );
    expected = [ "bob" ];
  };
  a-definition-may-be-a-function = {
    expr =
      (value (types.attrsOf person) [ { ann = { name, ... }: { greeting = "I am ${name}"; }; } ])
      .ann.greeting;
    expected = "I am ann";
  };
  a-definition-may-have-imports = {
    expr =
      (value (types.attrsOf person) [ { ann = _: { imports = [ { tags = [ "imported" ]; } ]; }; } ])
      .ann.tags;
    expected = [ "imported" ];
  };
  submodule-of-a-list-of-modules = {
    expr =
      value
        (types.submodule [
          { options.a = int; }
          { options.b = int; }
        ])
        [
          {
            a = 1;
            b = 2;
          }
        ];
    expected = {
      a = 1;
      b = 2;
    };
  };
  nested-submodules = {
    expr =
      value
        (types.attrsOf (
          types.submodule {
            options.inner = mkOption { type = types.attrsOf (types.submodule { options.x = int; }); };
          }
        ))
        [
          { a.inner.b.x = 1; }
          { a.inner.c.x = 2; }
        ];
    expected.a.inner = {
      b.x = 1;
      c.x = 2;
    };
  };
  a-submodule-may-have-an-option-called-config = {
    expr = value (types.submodule { options.config = str; }) [ { config = "x"; } ];
    expected.config = "x";
  };
  submoduleWith-reads-config-and-options = {
    expr = value (types.submoduleWith { modules = [ { options.a = int; } ]; }) [
      {
        config.a = 1;
        options = { };
      }
    ];
    expected.a = 1;
  };
  submoduleWith-specialArgs = {
    expr =
      (value (types.submoduleWith {
        modules = [ ({ extra, ... }: { options.a = mkOption { default = extra; }; }) ];
        specialArgs.extra = 5;
      }) [ { } ]).a;
    expected = 5;
  };
  submoduleWith-description = {
    expr =
      (types.submoduleWith {
        modules = [ ];
        description = "a thing";
      }).description;
    expected = "a thing";
  };
  options-below-a-submodule-option-extend-it = {
    expr =
      (config [
        { options.v = mkOption { type = types.submodule { options.a = int; }; }; }
        { options.v.b = int; }
        {
          v.a = 1;
          v.b = 2;
        }
      ]).v;
    expected = {
      a = 1;
      b = 2;
    };
  };
  one-member-fails-alone = {
    expr =
      (value (types.attrsOf person) [
        {
          ann = { };
          bob.tags = throw "evaluated";
        }
      ]).ann.tags;
    expected = [ ];
  };
  getSubOptions-lists-options = {
    expr = builtins.attrNames (removeAttrs ((types.attrsOf person).getSubOptions [ ]) [ "_module" ]);
    expected = [
      "greeting"
      "name"
      "tags"
    ];
  };
  getSubOptions-knows-its-place = {
    expr = ((types.attrsOf person).getSubOptions [ "people" ]).tags.loc;
    expected = [
      "people"
      "<name>"
      "tags"
    ];
  };
  an-unknown-option-inside = {
    error = "unknown-option";
    mentions = [
      "v.ann.nmae"
      "def1.nix"
    ];
    expr = (value (types.attrsOf person) [ { ann.nmae = "x"; } ]).ann.name;
  };
  a-wrong-type-inside = {
    error = "wrong-type";
    mentions = [
      "v.ann.tags"
      "def2.nix"
      "list of string"
    ];
    expr =
      (value (types.attrsOf person) [
        { ann = { }; }
        { ann.tags = "x"; }
      ]).ann.tags;
  };
  a-conflict-inside = {
    error = "conflict";
    mentions = [
      "v.ann.name"
      "def1.nix"
      "def2.nix"
    ];
    expr =
      (value (types.attrsOf person) [
        { ann.name = "x"; }
        { ann.name = "y"; }
      ]).ann.name;
  };
  a-missing-value-inside = {
    error = "no-value";
    mentions = [ "v.a.x" ];
    expr = (value (types.attrsOf (types.submodule { options.x = int; })) [ { a = { }; } ]).a.x;
  };
  a-number-is-no-submodule = {
    error = "wrong-type";
    mentions = [
      "v.ann"
      "submodule"
      "def1.nix"
    ];
    expr = (value (types.attrsOf person) [ { ann = 3; } ]).ann.name;
  };
  shorthand-does-not-declare-options = {
    error = "unknown-option";
    mentions = [ "v.options" ];
    expr = (value person [ { options.x = int; } ]).name;
  };
}
