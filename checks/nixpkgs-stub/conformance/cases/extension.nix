# extendModules, and modules that evaluate variants of themselves.
{
  lib,
  types,
  evaluate,
  declare,
  int,
  mkOption,
  ...
}:
let
  base = evaluate [
    (declare (types.listOf types.int))
    { v = [ 1 ]; }
  ];
in
{
  adds-modules = {
    expr = (base.extendModules { modules = [ { v = [ 2 ]; } ]; }).config.v;
    expected = [
      2
      1
    ];
  };
  leaves-the-original-alone = {
    expr = builtins.seq (base.extendModules { modules = [ { v = [ 2 ]; } ]; }).config.v base.config.v;
    expected = [ 1 ];
  };
  may-override = {
    expr = (base.extendModules { modules = [ { v = lib.mkForce [ 9 ]; } ]; }).config.v;
    expected = [ 9 ];
  };
  may-declare-options = {
    expr = (base.extendModules { modules = [ { options.w = mkOption { default = 5; }; } ]; }).config.w;
    expected = 5;
  };
  adds-specialArgs = {
    expr =
      (base.extendModules {
        specialArgs.more = 3;
        modules = [ ({ more, ... }: { v = [ more ]; }) ];
      }).config.v;
    expected = [
      3
      1
    ];
  };
  keeps-specialArgs = {
    expr =
      (
        (lib.evalModules {
          specialArgs.a = 1;
          modules = [ ({ a, ... }: { options.v = mkOption { default = a; }; }) ];
        }).extendModules
        { specialArgs.b = 2; }
      ).config.v;
    expected = 1;
  };
  changes-the-prefix = {
    expr = (base.extendModules { prefix = [ "p" ]; }).options.v.loc;
    expected = [
      "p"
      "v"
    ];
  };
  chains = {
    expr =
      ((base.extendModules { modules = [ { v = [ 2 ]; } ]; }).extendModules {
        modules = [ { v = [ 3 ]; } ];
      }).config.v;
    expected = [
      3
      2
      1
    ];
  };
  keeps-the-class = {
    expr =
      (
        (lib.evalModules {
          class = "kind";
          modules = [ ];
        }).extendModules
        { }
      ).class;
    expected = "kind";
  };
  is-an-argument-of-modules = {
    expr =
      (lib.evalModules {
        modules = [
          ({ extendModules, ... }: {
            options.x = mkOption { default = 1; };
            options.variant = mkOption { default = (extendModules { modules = [ { x = 2; } ]; }).config.x; };
          })
        ];
      }).config.variant;
    expected = 2;
  };
  moduleType-is-an-argument-of-modules = {
    expr =
      (lib.evalModules {
        modules = [
          ({ moduleType, ... }: {
            options.x = mkOption {
              type = types.int;
              default = 1;
            };
            options.variants = mkOption {
              type = types.attrsOf moduleType;
              default = { };
            };
          })
          { variants.a.x = 4; }
        ];
      }).config.variants.a.x;
    expected = 4;
  };
  an-error-in-the-extension-names-its-file = {
    error = "wrong-type";
    mentions = [
      "v"
      "ext.nix"
    ];
    expr =
      (base.extendModules {
        modules = [
          {
            _file = "ext.nix";
            v = "x";
          }
        ];
      }).config.v;
  };
}
