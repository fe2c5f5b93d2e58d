{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma.deploy.after = [ "role:web" ];
}
