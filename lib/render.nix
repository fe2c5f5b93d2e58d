# The files of machines that nobody deploys, as a program that prints them: `nix run .#render`.
{ lib, errors }:
{
  pkgs,
  # files: those of the option `render`, by machine and name.
  rendered,
}:
let
  inherit (errors) quote quoteList;
  script = import ./programs/script.nix { inherit lib; };

  # What needs facts that nobody has yet keeps nobody from the other files.
  entry =
    machine: name: file:
    let
      text = builtins.tryEval (builtins.deepSeq file.text file.text);
      path = if text.success then "${pkgs.writeText "netlib-rendered" text.value}" else "-";
      description = if file.description == "" then name else file.description;
    in
    "${machine}\t${name}\t${lib.boolToString file.qr}\t${path}\t${description}\n";

  list = lib.concatStrings (
    lib.concatLists (lib.mapAttrsToList (machine: lib.mapAttrsToList (entry machine)) rendered.files)
  );
  machines =
    if rendered.files == { } then
      "none of the network modules in use makes files for machines that are not deployed"
    else
      "there are files for ${quoteList (builtins.attrNames rendered.files)}";
in
script pkgs "render" {
  packages = [ pkgs.qrencode ];
  text = ''
    list=${pkgs.writeText "netlib-rendered-files" list}
    placeholder=${lib.escapeShellArg rendered.privateKeyPlaceholder}
    machines=${lib.escapeShellArg machines}
    ${builtins.readFile ./render.sh}
  '';
}
