{
  network.name = "home";
  nodes.db = { };
  hosts.lan = { };
  remote-bilders.all = { };
}
