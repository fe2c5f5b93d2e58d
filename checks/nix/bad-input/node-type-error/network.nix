{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  nodes.alpha.nixos.networking.hostName = 5;
}
