{
  imports = [ ../../../../modules/monitoring ];
  network.name = "bad";
  nodes.watch.addresses = [ "192.0.2.1" ];
  nodes.hidden = { };
  monitoring.main.servers = [ "watch" ];
}
