# Short ways for cases to evaluate modules. Definitions are "in" def1.nix, def2.nix, … and the option in decl.nix.
{ lib }:
let
  inherit (lib) mkOption types;

  evaluate = modules: lib.evalModules { inherit modules; };
  config = modules: (evaluate modules).config;
  options = modules: (evaluate modules).options;

  declareIn = file: type: {
    _file = file;
    options.v = mkOption { inherit type; };
  };
  declare = declareIn "decl.nix";
  definitions = lib.imap1 (
    n: value: {
      _file = "def${toString n}.nix";
      config.v = value;
    }
  );
in
{
  inherit
    mkOption
    types
    evaluate
    config
    options
    declare
    definitions
    ;

  # The option `v` of a type, with some definitions.
  option = type: values: (options ([ (declare type) ] ++ definitions values)).v;
  value = type: values: (config ([ (declare type) ] ++ definitions values)).v;
  # The same where two modules declare it.
  merged =
    first: second: values:
    (config (
      [
        (declare first)
        (declareIn "decl2.nix" second)
      ]
      ++ definitions values
    )).v;

  int = mkOption { type = types.int; };
  str = mkOption { type = types.str; };
  fixture = name: ./fixtures + "/${name}";
}
