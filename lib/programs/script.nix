# A program of bash that finds its packages, and coreutils, before anything else.
{ lib }:
pkgs: name:
{ packages, text }:
pkgs.writeTextFile {
  name = "netlib-${name}";
  executable = true;
  text = ''
    #!${pkgs.runtimeShell}
    set -eu
    PATH=${lib.makeBinPath (packages ++ [ pkgs.coreutils ])}''${PATH:+:$PATH}
    export PATH
    ${text}
  '';
}
