# The programs of checks and commands, one derivation for each place where any of them run.
# The driver runs them by name and knows nothing of their kinds.
{ lib }:
config:
let
  places = import ./places.nix { inherit lib; } config;
  probeOf = import ./probe.nix { inherit lib; };

  contentOf =
    pkgs: value:
    if value ? step then
      {
        packages = value.step.packages pkgs;
        script = value.step.command;
      }
    else
      probeOf {
        inherit pkgs places;
        probe = value;
      };

  program =
    pkgs:
    { name, value }:
    let
      content = contentOf pkgs value;
    in
    {
      name = "bin/${name}";
      path = pkgs.writeTextFile {
        name = "netlib-${name}";
        executable = true;
        text = ''
          #!${pkgs.runtimeShell}
          set -eu
          PATH=${lib.makeBinPath (content.packages ++ [ pkgs.coreutils ])}''${PATH:+:$PATH}
          export PATH
          ${lib.optionalString (value ? check) "exec 2>&1"}
          ${content.script}
        '';
      };
    };

  programs =
    pkgs: place: list:
    pkgs.linkFarm "netlib-programs-${place}" (map (program pkgs) list);
in
{
  # { <node> = pkgs -> derivation; }, of nodes where something runs.
  onNodes = lib.mapAttrs (
    node: list: pkgs:
    programs pkgs node list
  ) places.onNodes;

  onDeployer = pkgs: programs pkgs "deployer" places.onDeployer;
}
