# The example of the README, which the tests evaluate: one server, a node in the same mesh and one outside.
{
  nodes.watch.addresses = [ "192.0.2.10" ];
  nodes.web = { };
  nodes.outside.addresses = [ "outside.example.org" ];

  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members = {
      watch.address = "10.10.0.1";
      web.address = "10.10.0.2";
    };
  };

  monitoring.main = {
    servers = [ "watch" ];
    alerts.diskFreePercent = 5;
    alertmanagers = [ "localhost:9093" ];
    grafana = { };
  };
}
