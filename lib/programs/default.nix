# The programs of checks and commands, one derivation for each place where any of them run.
# The driver runs them by name and knows nothing of their kinds.
{ lib }:
config:
let
  places = import ./places.nix { inherit lib; } config;
  probeOf = import ../checks/probe.nix { inherit lib; };

  contentOf =
    pkgs: value:
    if value ? wrapper then
      {
        packages = value.packages pkgs;
        inherit (value) script;
      }
    else
      probeOf {
        inherit pkgs places;
        probe = value;
      };

  write = import ./script.nix { inherit lib; };

  wrapped =
    pkgs: name: wrapper: limit: inner:
    if wrapper == null then
      inner
    else
      write pkgs "${wrapper}-${name}" {
        packages = [ ];
        # A wrapper looks at each status itself.
        text = ''
          set +e
          program=${inner} limit=${limit}
          ${builtins.readFile ./wrap.sh}
          ${builtins.readFile (./. + "/${wrapper}.sh")}
        '';
      };

  program =
    pkgs:
    { name, value }:
    let
      content = contentOf pkgs value;
    in
    {
      name = "bin/${name}";
      path = wrapped pkgs name (value.wrapper or null) (value.limit or "") (
        write pkgs name {
          inherit (content) packages;
          text = lib.optionalString (value ? check) "exec 2>&1\n" + content.script;
        }
      );
    };

  programs =
    pkgs: place: list:
    pkgs.linkFarm "netlib-programs-${place}" (map (program pkgs) list);
in
{
  inherit programs;

  # { <node> = pkgs -> derivation; }, of nodes where something runs.
  onNodes = lib.mapAttrs (
    node: list: pkgs:
    programs pkgs node list
  ) places.onNodes;

  onDeployer = pkgs: programs pkgs "deployer" places.onDeployer;
}
