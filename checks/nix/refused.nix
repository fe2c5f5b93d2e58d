# The plan (or what else is asked for) of one bad input, as a user's flake would evaluate it.
{
  nixpkgs,
  network,
  attribute,
}:
let
  subject = import ./subject.nix { inherit nixpkgs; };
  evaluated = subject.evaluate {
    imports = [
      subject.modules.wireguard-mesh
      network
    ];
  };
in
subject.lib.getAttrFromPath (subject.lib.splitString "." attribute) evaluated
