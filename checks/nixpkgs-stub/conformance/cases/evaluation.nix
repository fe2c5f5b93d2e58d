# Arguments of modules, classes, prefixes and results of evalModules.
{
  lib,
  types,
  config,
  evaluate,
  declare,
  int,
  mkOption,
  ...
}:
let
  inherit (lib) evalModules;
in
{
  modules-may-be-functions = {
    expr = config [ ({ lib, ... }: { options.v = lib.mkOption { default = 1; }; }) ];
    expected.v = 1;
  };
  options-are-an-argument = {
    expr =
      (config [
        (declare types.int)
        { v = 3; }
        ({ config, options, ... }: {
          options.w = mkOption {
            default = [
              config.v
              options.v.isDefined
            ];
          };
        })
      ]).w;
    expected = [
      3
      true
    ];
  };
  module-args-through-_module = {
    expr =
      (config [
        (declare types.int)
        { _module.args.answer = 42; }
        ({ answer, ... }: { v = answer; })
      ]).v;
    expected = 42;
  };
  module-args-may-depend-on-config = {
    expr =
      (config [
        (declare types.int)
        ({ config, ... }: {
          options.base = mkOption { default = 2; };
          config._module.args.double = config.base * 2;
        })
        ({ double, ... }: { v = double; })
      ]).v;
    expected = 4;
  };
  specialArgs-are-arguments = {
    expr =
      (evalModules {
        specialArgs.answer = 42;
        modules = [
          (declare types.int)
          ({ answer, ... }: { v = answer; })
        ];
      }).config.v;
    expected = 42;
  };
  specialArgs-may-decide-imports = {
    expr =
      (evalModules {
        specialArgs.extra = [ { v = 7; } ];
        modules = [
          (declare types.int)
          ({ extra, ... }: { imports = extra; })
        ];
      }).config.v;
    expected = 7;
  };
  specialArgs-is-an-argument-itself = {
    expr =
      (evalModules {
        specialArgs.answer = 42;
        modules = [
          (declare types.int)
          ({ specialArgs, ... }: { v = specialArgs.answer; })
        ];
      }).config.v;
    expected = 42;
  };
  config-has-no-_module = {
    expr =
      (config [
        (declare types.int)
        { v = 1; }
      ])
        ? _module;
    expected = false;
  };
  _module-args-are-readable = {
    expr = (evaluate [ { _module.args.x = 1; } ])._module.args.x;
    expected = 1;
  };
  _class-is-an-argument = {
    expr =
      (evalModules {
        class = "kind";
        modules = [ ({ _class, ... }: { options.v = mkOption { default = _class; }; }) ];
      }).config.v;
    expected = "kind";
  };
  _prefix-is-an-argument = {
    expr =
      (evalModules {
        prefix = [
          "a"
          "b"
        ];
        modules = [ ({ _prefix, ... }: { options.v = mkOption { default = _prefix; }; }) ];
      }).config.v;
    expected = [
      "a"
      "b"
    ];
  };
  class-of-the-result = {
    expr =
      (evalModules {
        class = "kind";
        modules = [ ];
      }).class;
    expected = "kind";
  };
  result-is-a-configuration = {
    expr = (evaluate [ ])._type;
    expected = "configuration";
  };
  a-module-of-the-same-class = {
    expr =
      (evalModules {
        class = "kind";
        modules = [
          (declare types.int)
          {
            _class = "kind";
            v = 1;
          }
        ];
      }).config.v;
    expected = 1;
  };
  a-module-of-no-class = {
    expr =
      (evalModules {
        class = "kind";
        modules = [
          (declare types.int)
          { v = 1; }
        ];
      }).config.v;
    expected = 1;
  };
  without-a-class-any-class-goes = {
    expr =
      (config [
        (declare types.int)
        {
          _class = "other";
          v = 1;
        }
      ]).v;
    expected = 1;
  };
  prefix-is-part-of-loc = {
    expr =
      (evalModules {
        prefix = [
          "nodes"
          "alpha"
        ];
        modules = [ (declare types.int) ];
      }).options.v.loc;
    expected = [
      "nodes"
      "alpha"
      "v"
    ];
  };
  a-module-may-be-an-attribute-set-with-a-functor = {
    expr =
      (config [
        (declare types.int)
        { __functor = _: { ... }: { v = 1; }; }
      ]).v;
    expected = 1;
  };
  type-of-a-result-is-a-submodule = {
    expr =
      (config [
        { options.v = mkOption { type = (evaluate [ { options.x = int; } ]).type; }; }
        { v.x = 1; }
      ]).v;
    expected.x = 1;
  };
  wrong-class = {
    error = "wrong-class";
    mentions = [
      "server.nix"
      "\"nixos\""
      "\"netlib\""
    ];
    expr =
      (evalModules {
        class = "netlib";
        modules = [
          {
            _file = "server.nix";
            _class = "nixos";
          }
        ];
      }).config;
  };
  wrong-class-in-an-import = {
    error = "wrong-class";
    mentions = [ "inner.nix" ];
    expr =
      (evalModules {
        class = "netlib";
        modules = [
          {
            imports = [
              {
                _file = "inner.nix";
                _class = "nixos";
              }
            ];
          }
        ];
      }).config;
  };
  wrong-class-in-a-submodule = {
    error = "wrong-class";
    mentions = [
      "\"a\""
      "\"b\""
    ];
    expr =
      (config [
        {
          options.v = mkOption {
            type = types.submoduleWith {
              class = "a";
              modules = [ ];
            };
          };
        }
        {
          v = {
            _class = "b";
          };
        }
      ]).v;
  };
  _module-args-cannot-decide-imports = {
    error = "infinite-recursion";
    expr = config [
      { _module.args.extra = [ ]; }
      ({ extra, ... }: { imports = extra; })
    ];
  };
  an-argument-that-nobody-gives = {
    error = "missing-attribute";
    mentions = [ "nobody" ];
    expr =
      (config [
        (declare types.int)
        ({ nobody, ... }: { v = nobody; })
      ]).v;
  };
  prefix-in-an-unknown-option = {
    error = "unknown-option";
    mentions = [
      "nodes.alpha.x"
      "def.nix"
    ];
    expr =
      (evalModules {
        prefix = [
          "nodes"
          "alpha"
        ];
        modules = [
          {
            _file = "def.nix";
            config.x = 1;
          }
        ];
      }).config;
  };
  prefix-in-a-wrong-type = {
    error = "wrong-type";
    mentions = [
      "nodes.alpha.v"
      "def.nix"
    ];
    expr =
      (evalModules {
        prefix = [
          "nodes"
          "alpha"
        ];
        modules = [
          (declare types.int)
          {
            _file = "def.nix";
            v = "x";
          }
        ];
      }).config.v;
  };
}
