# The example as NixOS systems: nodes know nothing of who is told.
{ subject }:
let
  inherit (subject) lib modules;
  systemsOf =
    imports:
    (subject.outputsOf {
      default = {
        inherit imports;
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    }).nixosConfigurations;
  drvOf =
    systems: builtins.unsafeDiscardStringContext systems.alpha.config.system.build.toplevel.drvPath;
in
{
  "systems are the same with and without it" = {
    expr =
      drvOf (systemsOf [
        modules.notifications
        ./example.nix
      ]) == drvOf (systemsOf [
        {
          nodes.alpha = { };
          nodes.beta = { };
        }
      ]);
    expected = true;
  };
}
