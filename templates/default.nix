# Flake templates: `nix flake init -t netlib#<name>`.
let
  wireguard-mesh = {
    path = ./wireguard-mesh;
    description = "Three machines that reach each other through WireGuard";
    welcomeText = ''
      # A network of three machines

      Put your machines into `flake.nix`, `alpha.nix`, `beta.nix` and `gamma.nix`; comments say what to replace. Then:

          nix run .#netlib -- facts gather   # makes the WireGuard keys on the machines
          git add . && git commit -m facts   # if the directory is a git repository
          nix run .#deploy
    '';
  };
in
{
  inherit wireguard-mesh;
  default = wireguard-mesh;
}
