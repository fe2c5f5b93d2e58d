{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  nodes.alpha.configuration.networking.hostName = 5;
}
