{
  network.name = "home";
  nodes.alpha.tags = [ "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt" ];
}
