# Runs the unit tests of one nixpkgs tree and reports them as lines: "ok NAME", "skip NAME" or "not ok NAME" with both values.
# Systems of a real tree take half a gigabyte each, so `part` runs one group of them: a name that `part = "list"` reports, one a line.
{
  nixpkgs,
  other ? nixpkgs,
  part ? "all",
}:
let
  subject = import ./subject.nix { inherit nixpkgs; };
  inherit (subject) lib;

  groups = [
    "arguments"
    "batches"
    "by-selector"
    "checks"
    "commands"
    "difference"
    "documentation"
    "durations"
    "exports"
    "gates"
    "soft-orders"
    "graph"
    "guide"
    "ip"
    "ip-arithmetic"
    "mesh"
    "no-circles"
    "order"
    "plain"
    "plan"
    "plans"
    "readmes"
    "requests"
    "restarts"
    "roles"
    "rollout-members"
    "rollouts"
    "renamed"
    "saved"
    "selectors"
    "ssh"
    "statements"
    "topology"
  ];
  # A tree with nothing but lib has no systems to evaluate.
  systemGroups = [
    "explain"
    "key-rotation"
    "nixos"
    "sharing"
    "special-args"
    "templates"
  ];
  isWhole = builtins.pathExists (nixpkgs + "/nixos/lib/eval-config.nix");

  casesOf = group: import (./unit + "/${group}.nix") { inherit subject other; };
  show =
    value:
    builtins.replaceStrings [ "\n" ] [ "\\n" ] (lib.generators.toPretty { multiline = false; } value);

  # Of two long texts, the first line in which they differ.
  difference =
    expected: got:
    let
      of = lib.splitString "\n";
      at =
        number: text: if number < builtins.length (of text) then builtins.elemAt (of text) number else null;
      number = lib.findFirst (number: at number expected != at number got) 0 (
        lib.range 0 (builtins.length (of expected))
      );
      isLong = text: builtins.isString text && builtins.length (of text) > 5;
    in
    if isLong expected && isLong got then
      "  in line ${toString (number + 1)} of the text\n  expected ${show (at number expected)}\n  got      ${show (at number got)}"
    else
      "  expected ${show expected}\n  got      ${show got}";

  # The one case whose error is let through, so that it can be read: Nix catches errors without their words.
  open = builtins.getEnv "NETLIB_OPEN_CASE";

  run =
    group: name: case:
    let
      value = builtins.deepSeq case.expr case.expr;
      got =
        if open == "${group}: ${name}" then
          {
            success = true;
            inherit value;
          }
        else
          builtins.tryEval value;
    in
    if !got.success then
      "not ok ${group}: ${name}\n  threw an error"
    else if got.value == case.expected then
      "ok ${group}: ${name}"
    else
      "not ok ${group}: ${name}\n${difference case.expected got.value}";

  runGroup = group: lib.mapAttrsToList (run group) (casesOf group);
  # Each module has tests beside it.
  runModule =
    module:
    lib.mapAttrsToList (run module) (
      import (../../modules + "/${module}/test.nix") { inherit subject; }
    );
  # Those whose contribution is looked at in whole systems have a second file.
  runModuleSystems =
    module:
    let
      file = ../../modules + "/${module}/systems.nix";
    in
    if !builtins.pathExists file then
      [ ]
    else if isWhole then
      lib.mapAttrsToList (run "${module} in a system") (import file { inherit subject; })
    else
      [ "skip ${module} in a system: needs a whole nixpkgs, this one has only lib" ];
  runSystemGroup =
    group:
    if isWhole then
      runGroup group
    else
      [ "skip ${group}: needs a whole nixpkgs, this one has only lib" ];

  moduleNames = builtins.attrNames subject.modules;
  parts = {
    light = lib.concatMap runGroup groups ++ lib.concatMap runModule moduleNames;
  }
  // lib.genAttrs systemGroups runSystemGroup
  // lib.listToAttrs (
    map (module: lib.nameValuePair "module-${module}" (runModuleSystems module)) moduleNames
  );
  # What somebody works on: a unit test's file, or a module.
  alone =
    lib.genAttrs groups runGroup
    // lib.genAttrs moduleNames (module: runModule module ++ runModuleSystems module);

  lines =
    if part == "list" then
      builtins.attrNames parts
    else if part == "names" then
      builtins.attrNames (alone // lib.genAttrs systemGroups runSystemGroup)
    else if part == "all" then
      lib.concatLists (builtins.attrValues parts)
    else
      (parts // alone).${part};
in
lib.concatMapStrings (line: "${line}\n") lines
