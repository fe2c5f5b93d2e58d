{
  imports = [ (import ../../../../modules).monitoring ];
  network.name = "home";
  nodes.watch.addresses = [ "watch.example.org" ];
  nodes.web.addresses = [ "192.0.2.2" ];
  monitoring.main.servers = [ "watch" ];
}
