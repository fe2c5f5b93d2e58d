# Old names of options: renamed, aliased, removed, merged.
{
  lib,
  types,
  config,
  mkOption,
  int,
  ...
}:
let
  new = {
    options.new.name = mkOption {
      type = types.int;
      default = 0;
    };
    options.warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
    options.assertions = mkOption {
      type = types.listOf types.raw;
      default = [ ];
    };
  };
  renamed = lib.mkRenamedOptionModule [ "old" ] [ "new" "name" ];
  removed = lib.mkRemovedOptionModule [ "gone" ] "Use the other one.";
in
{
  renamed-hands-on-definitions = {
    expr =
      (config [
        new
        renamed
        { old = 3; }
      ]).new.name;
    expected = 3;
  };
  renamed-warns = {
    expr =
      builtins.length
        (config [
          new
          renamed
          { old = 3; }
        ]).warnings;
    expected = 1;
  };
  renamed-warns-only-when-used = {
    expr =
      (config [
        new
        renamed
      ]).warnings;
    expected = [ ];
  };
  renamed-keeps-priorities = {
    expr =
      (config [
        new
        renamed
        { old = lib.mkForce 3; }
        { new.name = 4; }
      ]).new.name;
    expected = 3;
  };
  alias-hands-on-definitions = {
    expr =
      (config [
        new
        (lib.mkAliasOptionModule [ "alias" ] [ "new" "name" ])
        { alias = 5; }
      ]).new.name;
    expected = 5;
  };
  alias-reads-the-target = {
    expr =
      (config [
        new
        (lib.mkAliasOptionModule [ "alias" ] [ "new" "name" ])
        { new.name = 6; }
      ]).alias;
    expected = 6;
  };
  alias-does-not-warn = {
    expr =
      (config [
        new
        (lib.mkAliasOptionModule [ "alias" ] [ "new" "name" ])
        { alias = 5; }
      ]).warnings;
    expected = [ ];
  };
  removed-and-not-used = {
    expr =
      map (a: a.assertion)
        (config [
          new
          removed
        ]).assertions;
    expected = [ true ];
  };
  removed-and-used-fails-an-assertion = {
    expr =
      map
        (a: [
          a.assertion
          (lib.hasInfix "Use the other one." a.message)
        ])
        (config [
          new
          removed
          { gone = 1; }
        ]).assertions;
    expected = [
      [
        false
        true
      ]
    ];
  };
  merged-computes-the-new-value = {
    expr =
      (config [
        new
        (lib.mkMergedOptionModule
          [
            [ "a" ]
            [ "b" ]
          ]
          [ "new" "name" ]
          (c: lib.toInt c.a + lib.toInt c.b)
        )
        {
          a = "1";
          b = "2";
        }
      ]).new.name;
    expected = 3;
  };
  changed-computes-the-new-value = {
    expr =
      (config [
        new
        (lib.mkChangedOptionModule [ "a" ] [ "new" "name" ] (c: lib.toInt c.a))
        { a = "7"; }
      ]).new.name;
    expected = 7;
  };
  mkAliasDefinitions-hands-on = {
    expr =
      (config [
        ({ options, ... }: {
          options.a = int;
          options.b = int;
          config.b = lib.mkAliasDefinitions options.a;
        })
        { a = 2; }
      ]).b;
    expected = 2;
  };
  removed-cannot-be-read = {
    error = "removed";
    mentions = [
      "gone"
      "Use the other one."
    ];
    expr =
      (config [
        new
        removed
      ]).gone;
  };
}
