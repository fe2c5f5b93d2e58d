# Options as records for generated pages.
{
  lib,
  types,
  options,
  mkOption,
  int,
  ...
}:
let
  docs =
    modules:
    lib.filter (o: lib.head o.loc != "_module" && !o.internal) (
      lib.optionAttrSetToDocList (options modules)
    );
  doc = modules: lib.head (docs modules);
in
{
  names = {
    expr = map (o: o.name) (docs [
      {
        options.a.b = int;
        options.c = int;
      }
    ]);
    expected = [
      "a.b"
      "c"
    ];
  };
  description-and-type = {
    expr =
      let
        o = doc [
          {
            options.v = mkOption {
              type = types.listOf types.int;
              description = "Numbers.";
            };
          }
        ];
      in
      [
        o.description
        o.type
        o.loc
      ];
    expected = [
      "Numbers."
      "list of signed integer"
      [ "v" ]
    ];
  };
  declarations = {
    expr =
      (doc [
        {
          _file = "decl.nix";
          options.v = int;
        }
      ]).declarations;
    expected = [ "decl.nix" ];
  };
  default-as-text = {
    expr =
      (doc [
        {
          options.v = mkOption {
            default = {
              a = [
                1
                "x"
              ];
            };
          };
        }
      ]).default.text;
    expected = "{\n  a = [\n    1\n    \"x\"\n  ];\n}";
  };
  defaultText-wins = {
    expr =
      (doc [
        {
          options.v = mkOption {
            default = throw "evaluated";
            defaultText = lib.literalExpression "config.x";
          };
        }
      ]).default.text;
    expected = "config.x";
  };
  example = {
    expr = (doc [ { options.v = mkOption { example = "a"; }; } ]).example.text;
    expected = "\"a\"";
  };
  example-as-an-expression = {
    expr =
      (doc [ { options.v = mkOption { example = lib.literalExpression "pkgs.hello"; }; } ]).example.text;
    expected = "pkgs.hello";
  };
  flags = {
    expr =
      let
        o = doc [
          {
            options.v = mkOption {
              readOnly = true;
              visible = false;
            };
          }
        ];
      in
      [
        o.readOnly
        o.visible
        o.internal
      ];
    expected = [
      true
      false
      false
    ];
  };
  submodules-are-listed = {
    expr = map (o: o.name) (docs [
      {
        options.v = mkOption {
          type = types.attrsOf (types.submodule { options.a = int; });
          description = "x";
        };
      }
    ]);
    expected = [
      "v"
      "v.<name>.a"
    ];
  };
  lists-of-submodules-are-listed = {
    expr = map (o: o.name) (docs [
      { options.v = mkOption { type = types.listOf (types.submodule { options.a = int; }); }; }
    ]);
    expected = [
      "v"
      "v.*.a"
    ];
  };
  placeholders-are-used = {
    expr = map (o: o.name) (docs [
      {
        options.v = mkOption {
          type = types.attrsWith {
            elemType = types.submodule { options.a = int; };
            placeholder = "host";
          };
        };
      }
    ]);
    expected = [
      "v"
      "v.<host>.a"
    ];
  };
  shallow-options-stop = {
    expr = map (o: o.name) (docs [
      {
        options.v = mkOption {
          visible = "shallow";
          type = types.submodule { options.a = int; };
        };
      }
    ]);
    expected = [ "v" ];
  };
  literalMD = {
    expr = lib.literalMD "*text*";
    expected = {
      _type = "literalMD";
      text = "*text*";
    };
  };
}
