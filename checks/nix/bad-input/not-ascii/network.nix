{
  network.name = "home";
  nodes.alpha.target.host = "größe.example.org";
}
