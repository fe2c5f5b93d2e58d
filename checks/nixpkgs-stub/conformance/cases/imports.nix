# Imports, keys, disabled modules and files.
{
  lib,
  types,
  config,
  options,
  declare,
  fixture,
  ...
}:
let
  list = declare (types.listOf types.str);
  imported = modules: (config ([ list ] ++ modules)).v;
  keyed = key: text: {
    inherit key;
    v = [ text ];
  };
in
{
  values-of-files-that-are-no-modules = {
    expr = [
      (lib.importJSON (fixture "values.json"))
      (lib.importTOML (fixture "values.toml"))
      (lib.trivial.importTOML (fixture "values.toml"))
    ];
    expected = [
      { section.name = "json"; }
      { section.name = "toml"; }
      { section.name = "toml"; }
    ];
  };
  a-path = {
    expr = imported [ (fixture "plain.nix") ];
    expected = [ "plain" ];
  };
  a-path-as-text = {
    expr = imported [ (toString (fixture "plain.nix")) ];
    expected = [ "plain" ];
  };
  a-path-to-a-function = {
    expr = imported [ (fixture "function.nix") ];
    expected = [ "function" ];
  };
  imports-of-imports-each-once = {
    expr = imported [
      (fixture "importer.nix")
      (fixture "plain.nix")
    ];
    expected = [
      "function"
      "plain"
      "importer"
    ];
  };
  the-same-path-twice-counts-once = {
    expr = imported [
      (fixture "plain.nix")
      (fixture "plain.nix")
    ];
    expected = [ "plain" ];
  };
  the-same-set-twice-counts-twice = {
    expr = imported [
      { v = [ "a" ]; }
      { v = [ "a" ]; }
    ];
    expected = [
      "a"
      "a"
    ];
  };
  the-same-key-counts-once = {
    expr = imported [
      (keyed "k" "first")
      (keyed "k" "second")
    ];
    expected = [ "first" ];
  };
  a-key-in-a-file = {
    expr = imported [
      (fixture "keyed.nix")
      (keyed "fixture#keyed" "second")
    ];
    expected = [ "keyed" ];
  };
  imports-may-be-functions = {
    expr = imported [ { imports = [ ({ lib, ... }: { v = [ "f" ]; }) ]; } ];
    expected = [ "f" ];
  };
  disabled-by-path = {
    expr = imported [
      (fixture "importer.nix")
      { disabledModules = [ (fixture "plain.nix") ]; }
    ];
    expected = [
      "function"
      "importer"
    ];
  };
  disabled-by-path-as-text = {
    expr = imported [
      (fixture "importer.nix")
      { disabledModules = [ (toString (fixture "plain.nix")) ]; }
    ];
    expected = [
      "function"
      "importer"
    ];
  };
  disabled-by-name-below-modulesPath = {
    expr =
      (lib.evalModules {
        specialArgs.modulesPath = toString (fixture ".");
        modules = [
          list
          (fixture "importer.nix")
          { disabledModules = [ "plain.nix" ]; }
        ];
      }).config.v;
    expected = [
      "function"
      "importer"
    ];
  };
  disabled-by-key = {
    expr = imported [
      (keyed "k" "off")
      { v = [ "on" ]; }
      { disabledModules = [ { key = "k"; } ]; }
    ];
    expected = [ "on" ];
  };
  disabling-takes-imports-along = {
    expr = imported [
      { v = [ "on" ]; }
      {
        key = "parent";
        imports = [ { v = [ "child" ]; } ];
      }
      { disabledModules = [ { key = "parent"; } ]; }
    ];
    expected = [ "on" ];
  };
  disabling-what-is-not-there = {
    expr = imported [
      { v = [ "on" ]; }
      { disabledModules = [ "/no/such/file.nix" ]; }
    ];
    expected = [ "on" ];
  };
  _file-names-a-definition = {
    expr =
      (options [
        list
        {
          _file = "here.nix";
          v = [ "a" ];
        }
      ]).v.files;
    expected = [ "here.nix" ];
  };
  a-path-names-a-definition = {
    expr =
      map baseNameOf
        (options [
          list
          (fixture "plain.nix")
        ]).v.files;
    expected = [ "plain.nix" ];
  };
  imports-inherit-the-file = {
    expr =
      (options [
        list
        {
          _file = "here.nix";
          imports = [ { v = [ "a" ]; } ];
        }
      ]).v.files;
    expected = [ "here.nix" ];
  };
  setDefaultModuleLocation-names-a-definition = {
    expr =
      (options [
        list
        (lib.setDefaultModuleLocation "there.nix" { v = [ "a" ]; })
      ]).v.files;
    expected = [ "there.nix" ];
  };
  setDefaultModuleLocation-gives-way-to-_file = {
    expr =
      (options [
        list
        (lib.setDefaultModuleLocation "there.nix" {
          _file = "here.nix";
          v = [ "a" ];
        })
      ]).v.files;
    expected = [ "here.nix" ];
  };
  require-is-imports = {
    expr = imported [ { require = [ (fixture "plain.nix") ]; } ];
    expected = [ "plain" ];
  };
  a-file-in-a-wrong-type = {
    error = "wrong-type";
    mentions = [
      "v"
      "fixtures/wrong-type.nix"
    ];
    expr = imported [ (fixture "wrong-type.nix") ];
  };
  a-list-in-a-list = {
    error = "nested-list";
    expr = imported [ { imports = [ [ { } ] ]; } ];
  };
  an-evaluated-configuration = {
    error = "not-a-module";
    mentions = [ "configuration" ];
    expr = imported [ (lib.evalModules { modules = [ ]; }) ];
  };
  a-flake = {
    error = "not-a-module";
    mentions = [ "flake" ];
    expr = imported [ { imports = [ { _type = "flake"; } ]; } ];
  };
  disabling-a-set-without-a-key = {
    error = "cannot-disable";
    mentions = [ "off.nix" ];
    expr = imported [
      {
        _file = "off.nix";
        disabledModules = [ { v = [ ]; } ];
      }
    ];
  };
  config-beside-definitions = {
    error = "unsupported-attribute";
    mentions = [ "v" ];
    expr = imported [
      {
        config = { };
        v = [ "a" ];
      }
    ];
  };
  options-beside-definitions = {
    error = "unsupported-attribute";
    mentions = [ "stray" ];
    expr = imported [
      {
        options = { };
        stray = 1;
      }
    ];
  };
  a-class-in-a-file = {
    error = "wrong-class";
    mentions = [ "fixtures/classed.nix" ];
    expr =
      (lib.evalModules {
        class = "other";
        modules = [
          list
          (fixture "classed.nix")
        ];
      }).config.v;
  };
}
