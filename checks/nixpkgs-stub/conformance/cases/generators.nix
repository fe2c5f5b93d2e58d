# Values as text.
{ lib, ... }:
let
  inherit (lib) generators;
in
{
  toJSON = {
    expr = [
      (generators.toJSON { } {
        a = [
          1
          null
        ];
      })
      (lib.strings.toJSON { })
    ];
    expected = [
      "{\"a\":[1,null]}"
      "{}"
    ];
  };
  toKeyValue = {
    expr = generators.toKeyValue { } {
      a = 1;
      b = "x";
      c = true;
    };
    expected = "a=1\nb=x\nc=true\n";
  };
  toKeyValue-with-lists = {
    expr = generators.toKeyValue { listsAsDuplicateKeys = true; } {
      a = [
        1
        2
      ];
    };
    expected = "a=1\na=2\n";
  };
  toKeyValue-in-ones-own-way = {
    expr = generators.toKeyValue {
      mkKeyValue = generators.mkKeyValueDefault { mkValueString = v: "<${toString v}>"; } " ";
    } { a = 1; };
    expected = "a <1>\n";
  };
  toINI = {
    expr = generators.toINI { } {
      one = {
        a = 1;
      };
      two = {
        b = "x";
      };
    };
    expected = "[one]\na=1\n\n[two]\nb=x\n";
  };
  toINIWithGlobalSection = {
    expr = generators.toINIWithGlobalSection { } {
      globalSection.a = 1;
      sections.one.b = 2;
    };
    expected = "a=1\n\n[one]\nb=2\n";
  };
  toPretty = {
    expr = generators.toPretty { } {
      a = [
        1
        "x"
        null
        true
      ];
      b = { };
      "c d" = [ ];
      f = x: x;
    };
    expected = "{\n  a = [\n    1\n    \"x\"\n    null\n    true\n  ];\n  b = { };\n  \"c d\" = [ ];\n  f = <function>;\n}";
  };
  toPretty-on-one-line = {
    expr = generators.toPretty { multiline = false; } {
      a = [
        1
        2
      ];
    };
    expected = "{ a = [ 1 2 ]; }";
  };
  toPretty-of-other-values = {
    expr = map (generators.toPretty { }) [
      (
        {
          a,
          b ? 1,
        }:
        a
      )
      {
        type = "derivation";
        name = "x";
      }
      "two\nlines"
    ];
    expected = [
      "<function, args: {a, b?}>"
      "<derivation x>"
      "''\n  two\n  lines''"
    ];
  };
  mkValueStringDefault = {
    expr = map (generators.mkValueStringDefault { }) [
      1
      "a"
      true
      null
      1.5
    ];
    expected = [
      "1"
      "a"
      "true"
      "null"
      "1.500000"
    ];
  };
  toPretty-of-a-float = {
    expr = generators.toPretty { } 1.5;
    expected = "1.5";
  };
  command-lines = {
    expr = [
      (lib.cli.toGNUCommandLine { } {
        v = true;
        file = "x";
        n = [
          1
          2
        ];
        off = false;
        none = null;
      })
      (lib.cli.toGNUCommandLineShell { } { a = "x y"; })
      (lib.cli.toGNUCommandLine {
        optionValueSeparator = "=";
        mkOptionName = n: "--${n}";
      } { a = 1; })
    ];
    expected = [
      [
        "--file"
        "x"
        "-n"
        "1"
        "-n"
        "2"
        "-v"
      ]
      "-a 'x y'"
      [ "--a=1" ]
    ];
  };
}
