# Flake templates: `nix flake init -t netlib#<name>`.
let
  wireguard-mesh = {
    path = ./wireguard-mesh;
    description = "Three machines that reach each other through WireGuard";
    welcomeText = ''
      # A network of three machines

      Put your machines into `flake.nix`, `alpha.nix`, `beta.nix` and `gamma.nix`; comments say what to replace. Then:

          nix flake lock --override-input netlib git+file:///where/you/cloned/netlib   # once
          nix run .#netlib -- facts gather   # makes the WireGuard keys on the machines
          git add . && git commit -m facts   # if the directory is a git repository
          nix run .#deploy
    '';
  };
  fleet = {
    path = ./fleet;
    description = "Websites behind a gateway, with people's access, monitoring, backups and a rollout";
    welcomeText = ''
      # A small fleet

      Put your machines into `network/machines.nix` and your SSH key into `keys/anna.pub`; comments in the files say what to replace. Then:

          nix flake lock --override-input netlib git+file:///where/you/cloned/netlib   # once
          git add .                          # if the directory is a git repository
          nix run .#netlib -- plan           # what would happen, in which order
          nix run .#netlib -- facts gather   # makes keys on the machines
          git add facts
          nix run .#deploy
    '';
  };
in
{
  inherit fleet wireguard-mesh;
  default = wireguard-mesh;
}
