# Text functions.
{ lib, ... }:
let
  inherit (lib) strings;
in
{
  joining = {
    expr = [
      (lib.concatStringsSep "," [
        "a"
        "b"
      ])
      (lib.concatStrings [
        "a"
        "b"
      ])
      (lib.concatLines [
        "a"
        "b"
      ])
      (lib.concatMapStrings (x: x + "!") [
        "a"
        "b"
      ])
      (lib.concatMapStringsSep "-" toString [
        1
        2
      ])
      (lib.concatImapStringsSep "-" (i: x: "${toString i}${x}") [
        "a"
        "b"
      ])
      (lib.concatMapAttrsStringSep ";" (n: v: "${n}=${v}") {
        a = "1";
        b = "2";
      })
      (lib.intersperse "x" [
        1
        2
      ])
    ];
    expected = [
      "a,b"
      "ab"
      "a\nb\n"
      "a!b!"
      "1-2"
      "1a-2b"
      "a=1;b=2"
      [
        1
        "x"
        2
      ]
    ];
  };
  optionalString = {
    expr = [
      (lib.optionalString true "a")
      (lib.optionalString false "a")
    ];
    expected = [
      "a"
      ""
    ];
  };
  prefixes-and-suffixes = {
    expr = [
      (lib.hasPrefix "ab" "abc")
      (lib.hasPrefix "b" "abc")
      (lib.hasSuffix "bc" "abc")
      (lib.hasSuffix "abcd" "abc")
      (lib.hasInfix "b" "abc")
      (lib.hasInfix ".*" "abc")
      (lib.removePrefix "ab" "abc")
      (lib.removePrefix "x" "abc")
      (lib.removeSuffix "bc" "abc")
    ];
    expected = [
      true
      false
      true
      false
      true
      false
      "c"
      "abc"
      "a"
    ];
  };
  splitting = {
    expr = [
      (lib.splitString "." "a.b.c")
      (lib.splitString "." "")
      (lib.splitString "/" "/a/")
      (lib.splitString "ab" "1ab2")
      (lib.stringToCharacters "abc")
    ];
    expected = [
      [
        "a"
        "b"
        "c"
      ]
      [ "" ]
      [
        ""
        "a"
        ""
      ]
      [
        "1"
        "2"
      ]
      [
        "a"
        "b"
        "c"
      ]
    ];
  };
  case = {
    expr = [
      (lib.toUpper "aB1")
      (lib.toLower "aB1")
      (lib.toSentenceCase "hELLO")
    ];
    expected = [
      "AB1"
      "ab1"
      "Hello"
    ];
  };
  trimming = {
    expr = [
      (lib.trim "  a b \n")
      (lib.trimWith { start = true; } " a ")
      (lib.trimWith { end = true; } " a ")
      (lib.trim " ")
    ];
    expected = [
      "a b"
      "a "
      " a"
      ""
    ];
  };
  widths = {
    expr = [
      (lib.fixedWidthString 5 "0" "42")
      (lib.fixedWidthNumber 4 7)
      (lib.fixedWidthString 2 "0" "42")
    ];
    expected = [
      "00042"
      "0007"
      "42"
    ];
  };
  numbers = {
    expr = [
      (lib.toInt "42")
      (lib.toInt " -3 ")
      (lib.toIntBase10 "007")
      (lib.toIntBase10 "0")
      (lib.fromHexString "ff")
      (lib.fromHexString "0x1A")
      (lib.toHexString 250)
    ];
    expected = [
      42
      (-3)
      7
      0
      255
      26
      "FA"
    ];
  };
  shell-arguments = {
    expr = [
      (lib.escapeShellArg "plain-1.0/x")
      (lib.escapeShellArg "two words")
      (lib.escapeShellArg "it's")
      (lib.escapeShellArg "")
      (lib.escapeShellArgs [
        "a"
        "b c"
        3
      ])
    ];
    expected = [
      "plain-1.0/x"
      "'two words'"
      "'it'\\''s'"
      "''"
      "a 'b c' 3"
    ];
  };
  shell-variables = {
    expr = [
      (lib.toShellVar "a" "x y")
      (lib.toShellVar "l" [
        "1"
        "2 3"
      ])
      (lib.toShellVar "m" { k = "v w"; })
      (lib.toShellVars {
        a = 1;
        b = "c d";
      })
    ];
    expected = [
      "a='x y'"
      "declare -a l=(1 '2 3')"
      "declare -A m=([k]='v w')"
      "a=1\nb='c d'"
    ];
  };
  escaping = {
    expr = [
      (lib.escape [ "(" ")" ] "(a)")
      (lib.escapeRegex "a.b*[c]")
      (lib.escapeXML "<a href=\"x\">'&'</a>")
      (strings.escapeNixString "a\"b\${c}\n")
      (strings.escapeNixIdentifier "a-b")
      (strings.escapeNixIdentifier "a b")
      (lib.strings.escapeURL "a b/c?d=é" == lib.strings.escapeURL "a b/c?d=é")
      (lib.strings.escapeURL "a b/c~d")
    ];
    expected = [
      "\\(a\\)"
      "a\\.b\\*\\[c]"
      "&lt;a href=&quot;x&quot;&gt;&apos;&amp;&apos;&lt;/a&gt;"
      "\"a\\\"b\\\${c}\\n\""
      "a-b"
      "\"a b\""
      true
      "a%20b%2Fc~d"
    ];
  };
  versions = {
    expr = [
      (lib.versionOlder "1.2" "1.10")
      (lib.versionAtLeast "1.10" "1.10")
      (lib.versions.majorMinor "1.2.3")
      (lib.versions.major "1.2")
      (lib.getName "hello-1.2")
      (lib.getVersion "hello-1.2")
    ];
    expected = [
      true
      true
      "1.2"
      "1"
      "hello"
      "1.2"
    ];
  };
  paths-of-packages = {
    expr = [
      (lib.makeBinPath [
        "/a"
        "/b"
      ])
      (lib.makeSearchPath "share" [ "/a" ])
      (lib.makeLibraryPath [ "/a" ])
    ];
    expected = [
      "/a/bin:/b/bin"
      "/a/share"
      "/a/lib"
    ];
  };
  what-is-like-a-string = {
    expr = map lib.isStringLike [
      "a"
      ./.
      { outPath = "/x"; }
      { __toString = _: "x"; }
      1
      [ ]
    ];
    expected = [
      true
      true
      true
      true
      false
      false
    ];
  };
  booleans = {
    expr = [
      (lib.boolToString true)
      (lib.boolToString false)
    ];
    expected = [
      "true"
      "false"
    ];
  };
  replicate = {
    expr = strings.replicate 3 "ab";
    expected = "ababab";
  };
  distance = {
    expr = [
      (strings.levenshtein "kitten" "sitting")
      (strings.levenshtein "" "abc")
      (strings.levenshteinAtMost 1 "abc" "abd")
      (strings.levenshteinAtMost 1 "abc" "xyz")
    ];
    expected = [
      3
      3
      true
      false
    ];
  };
  derivation-names = {
    expr = [
      (strings.sanitizeDerivationName "a b/c")
      (strings.sanitizeDerivationName ".x")
    ];
    expected = [
      "a-b-c"
      "x"
    ];
  };
  characters-by-number = {
    expr = map strings.charToInt [
      "a"
      " "
      "~"
      "\n"
    ];
    expected = [
      97
      32
      126
      10
    ];
  };
  feature-flags = {
    expr = [
      (lib.enableFeature true "x")
      (lib.withFeature false "y")
      (lib.cmakeBool "Z" true)
      (lib.mesonBool "m" false)
    ];
    expected = [
      "--enable-x"
      "--without-y"
      "-DZ:BOOL=TRUE"
      "-Dm=false"
    ];
  };
  toInt-of-text = {
    error = "message";
    mentions = [ "\"a1\"" ];
    expr = lib.toInt "a1";
  };
  toInt-of-a-padded-number = {
    error = "message";
    mentions = [ "octal" ];
    expr = lib.toInt "007";
  };
  a-text-that-is-too-wide = {
    error = "message";
    mentions = [ "fixedWidthString" ];
    expr = lib.fixedWidthString 1 "0" "42";
  };
}
