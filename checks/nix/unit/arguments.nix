# Requests as arguments of `nix eval --apply`: whatever somebody writes after --on stays a text.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (subject.netlib.request) applied quoted;

  # What has a meaning in Nix, in JSON or in a shell, alone and side by side.
  pieces = [
    "\\"
    "\""
    "$"
    "{"
    "}"
    "\${"
    "$\${"
    "\\\${"
    "''"
    "'"
    "\n"
    "\r"
    "\r\n"
    "\t"
    "\\n"
    "\\u0041"
    "#"
    "/*"
    ";"
    "`"
    "&"
    "@edge"
    "ä"
    "…"
    (builtins.fromJSON ''"\u0001\u001b\u007f\u2028"'')
    "builtins.throw 1"
  ];
  pick =
    seed: most:
    lib.mod (builtins.fromTOML "x = 0x${builtins.substring 0 7 (builtins.hashString "sha256" seed)}").x most;
  textOf =
    number:
    let
      seed = toString number;
    in
    lib.concatStrings (
      lib.genList (
        index: builtins.elemAt pieces (pick "${seed} ${toString index}" (builtins.length pieces))
      ) (pick "${seed} length" 9)
    );
  texts = pieces ++ lib.genList textOf 400;

  # An evaluation that may not write to the store, as that of `nix flake check --no-build`, reads nothing back.
  mayWrite = builtins.pathExists (
    builtins.unsafeDiscardStringContext (builtins.toFile "written.nix" "null")
  );

  # As Nix reads it, from a file of its own.
  read = text: import (builtins.toFile "written.nix" text);
in
lib.optionalAttrs mayWrite {
  "texts are read as they were" = {
    expr = builtins.filter (pair: pair.fst != pair.snd) (
      lib.zipLists texts (read "[ ${lib.concatMapStringsSep " " quoted texts} ]")
    );
    expected = [ ];
  };
  "requests arrive as they were" = {
    expr =
      let
        requests = map (text: { on = [ text ]; }) texts;
        functions = read "[ ${lib.concatMapStringsSep " " (request: "(${applied request})") requests} ]";
      in
      builtins.filter (pair: pair.fst != pair.snd) (
        lib.zipLists requests (map (function: function (request: request)) functions)
      );
    expected = [ ];
  };
}
// {
  "no text is code, and none makes a network throw" = {
    expr =
      let
        inherit (subject.evaluate ./networks/home.nix) planFor;
        answered = text: (planFor { on = [ text ]; }).problems != [ ];
        tried = map (
          text:
          builtins.tryEval (
            builtins.deepSeq (builtins.toJSON (planFor {
              on = [ text ];
            })) (answered text)
          )
        ) (builtins.filter (text: text != "@edge") texts);
      in
      lib.unique (map (result: result.success) tried);
    expected = [ true ];
  };
  "an example" = {
    expr = applied { on = [ "a\"\${b}" ]; };
    expected = "f: f (builtins.fromJSON \"{\\\"on\\\":[\\\"a\\\\\\\"\\\${b}\\\"]}\")";
  };
}
