# `nix run .#command -- secrets`: makes, shows and encrypts secrets, with the keys of whoever runs it.
{ lib }:
{ table }:
let
  inherit (table) settings;
  # It runs although assertions fail, and names become paths.
  persistent = lib.mapAttrs (
    name: secret:
    if builtins.match table.namePattern name == null then
      throw "secrets: \"${lib.strings.escapeNixString name}\" is not a name for a secret"
    else
      secret
  ) table.persistent;
  script = import ../../lib/programs/script.nix { inherit lib; };

  made = lib.filterAttrs (_: secret: secret.generator != null) persistent;
  # Found in the PATH of the command: its script is text, and generators want packages.
  generators =
    pkgs:
    pkgs.linkFarm "netlib-secret-generators" (
      lib.mapAttrsToList (name: secret: {
        name = "bin/netlib-secret-${name}";
        path = script pkgs "secret-${name}" {
          packages = [ ];
          text = "set -o pipefail\n" + secret.generator { inherit pkgs lib; };
        };
      }) made
    );

  # Keys without comments, as age takes both.
  bare = key: lib.concatStringsSep " " (lib.take 2 (lib.splitString " " key));
  keyOf =
    node:
    let
      key = table.hostKeyOf node;
    in
    if key == null || table.marks.${node} == null then "" else bare key;
  origin =
    _: secret:
    if secret.generator != null then
      "generator"
    else if secret.prompt != null then
      "prompt"
    else
      "hand";
in
{
  description = "Secrets: edit, show, generate, rotate and rekey them, check the files, and say who can read what";
  packages =
    pkgs:
    [
      pkgs.age
      pkgs.diffutils
      pkgs.findutils
      pkgs.gnugrep
      pkgs.gnused
      pkgs.openssh
      pkgs.util-linux
    ]
    ++ lib.optional (made != { }) (generators pkgs);
  script = ''
    directory=${lib.escapeShellArg settings.directory}
    backend=${lib.escapeShellArg (toString settings.backend)}
    ${lib.toShellVars {
      nodes_of = lib.mapAttrs (_: secret: toString secret.for) persistent;
      origin_of = lib.mapAttrs origin persistent;
      prompt_of = lib.mapAttrs (_: secret: toString secret.prompt) persistent;
      needs_of = lib.mapAttrs (_: secret: toString secret.dependsOn) persistent;
      key_of = lib.genAttrs (builtins.attrNames table.persistentOf) keyOf;
      keys_of = lib.mapAttrs (_: keys: lib.concatMapStringsSep "\n" bare keys) settings.admins;
      volatile_of = lib.mapAttrs (_: secret: toString secret.for) table.volatile;
    }}
    identities=(${lib.escapeShellArgs settings.identities})
    ${builtins.readFile ./files.sh}
    ${builtins.readFile ./command.sh}
  '';
}
