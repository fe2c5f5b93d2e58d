# The example that a README shows is the example.nix beside it, which the module's own tests evaluate.
{ subject, ... }:
let
  inherit (subject) lib;
  folder = ../../../modules;

  # Modules whose README begins with the whole example; others show parts of theirs.
  modules = [
    "backup"
    "deploy-access"
    "monitoring"
    "nix-cache"
    "remote-builders"
    "reverse-proxy"
    "ssh-access"
    "status-page"
  ];

  # Without comments and spaces: nixfmt breaks lines that a README does not. Keys are shortened in a README.
  bare =
    lines:
    let
      withoutComments = map (line: builtins.head (builtins.split "(^| )#.*$" line)) lines;
      shortened = lib.concatMapStrings (piece: if builtins.isString piece then piece else "AAAA…") (
        builtins.split "AAAA[A-Za-z0-9+/]{20,}" (lib.concatStrings withoutComments)
      );
    in
    lib.replaceStrings [ " " ] [ "" ] shortened;

  linesOf = file: lib.splitString "\n" (builtins.readFile file);

  # The first block of a README that is indented by four, after the line of imports.
  shown =
    module:
    let
      first = lib.imap0 (index: line: { inherit index line; }) (
        linesOf (folder + "/${module}/README.md")
      );
      isProse = entry: entry.line != "" && !lib.hasPrefix "    " entry.line;
      start = (lib.findFirst (entry: lib.hasPrefix "    imports = " entry.line) null first).index + 1;
      rest = lib.drop start first;
      end = lib.findFirst isProse (lib.last rest) rest;
    in
    bare (map (entry: entry.line) (lib.take (end.index - start) rest));

  written = module: bare (linesOf (folder + "/${module}/example.nix"));
in
lib.listToAttrs (
  map (
    module:
    lib.nameValuePair "${module}: the README shows the example" {
      expr = "{${shown module}}";
      expected = written module;
    }
  ) modules
)
