{
  imports = [ (import ../../../../modules).remote-builders ];
  network.name = "home";
  nodes.alpha = { };
  remote-builders.main.builders.alpha = { };
}
