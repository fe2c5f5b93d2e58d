# Strings, paths and packages as option types.
{
  lib,
  types,
  value,
  ...
}:
let
  accepts = type: values: map type.check values;
  package = {
    type = "derivation";
    name = "hello-1.0";
    outPath = "/nix/store/00000000000000000000000000000000-hello-1.0";
  };
in
{
  str = {
    expr = accepts types.str [
      "a"
      ""
      1
      [ ]
    ];
    expected = [
      true
      true
      false
      false
    ];
  };
  equal-strings-do-not-conflict = {
    expr = value types.str [
      "a"
      "a"
    ];
    expected = "a";
  };
  nonEmptyStr = {
    expr = accepts types.nonEmptyStr [
      "a"
      ""
      " "
      "\n"
    ];
    expected = [
      true
      false
      false
      false
    ];
  };
  singleLineStr = {
    expr = accepts types.singleLineStr [
      "a"
      "a\n"
      "a\nb"
    ];
    expected = [
      true
      true
      false
    ];
  };
  singleLineStr-loses-its-line-break = {
    expr = value types.singleLineStr [ "a\n" ];
    expected = "a";
  };
  strMatching = {
    expr = accepts (types.strMatching "[a-z]+") [
      "abc"
      "aBc"
      ""
    ];
    expected = [
      true
      false
      false
    ];
  };
  lines-are-joined = {
    expr = value types.lines [
      "b"
      "a"
    ];
    expected = "a\nb";
  };
  commas-are-joined = {
    expr = value types.commas [
      "b"
      "a"
    ];
    expected = "a,b";
  };
  envVar-is-joined = {
    expr = value types.envVar [
      "b"
      "a"
    ];
    expected = "a:b";
  };
  separatedString-is-joined = {
    expr = value (types.separatedString " + ") [
      "b"
      "a"
    ];
    expected = "a + b";
  };
  path = {
    expr = accepts types.path [
      "/etc"
      ./.
      "etc"
      ""
      package
      1
    ];
    expected = [
      true
      true
      false
      false
      true
      false
    ];
  };
  pathInStore = {
    expr = accepts types.pathInStore [
      "/nix/store/00000000000000000000000000000000-x"
      "/nix/store"
      "/etc"
    ];
    expected = [
      true
      false
      false
    ];
  };
  package-checks-derivations = {
    expr = accepts types.package [
      package
      { }
      "text"
    ];
    expected = [
      true
      false
      false
    ];
  };
  package-value = {
    expr = (value types.package [ package ]).name;
    expected = "hello-1.0";
  };
  passwdEntry = {
    expr = accepts (types.passwdEntry types.str) [
      "a"
      "a:b"
      "a\nb"
    ];
    expected = [
      true
      false
      false
    ];
  };
  descriptions = {
    expr = map (t: t.description) [
      types.str
      types.nonEmptyStr
      types.singleLineStr
      (types.strMatching "a+")
      types.lines
      types.commas
      types.path
      types.package
    ];
    expected = [
      "string"
      "non-empty string"
      "(optionally newline-terminated) single-line string"
      "string matching the pattern a+"
      "strings concatenated with \"\\n\""
      "strings concatenated with \",\""
      "absolute path"
      "package"
    ];
  };
  different-strings-conflict = {
    error = "conflict";
    mentions = [
      "v"
      "def1.nix"
      "def2.nix"
    ];
    expr = value types.str [
      "a"
      "b"
    ];
  };
  two-packages-conflict = {
    error = "not-unique";
    mentions = [
      "v"
      "def1.nix"
      "def2.nix"
    ];
    expr = value types.package [
      package
      (package // { name = "other"; })
    ];
  };
  a-pattern-is-shown = {
    error = "wrong-type";
    mentions = [ "string matching the pattern [a-z]+" ];
    expr = value (types.strMatching "[a-z]+") [ "A" ];
  };
  a-relative-path-is-refused = {
    error = "wrong-type";
    mentions = [
      "absolute path"
      "def1.nix"
    ];
    expr = value types.path [ "etc/passwd" ];
  };
}
