# The example of the README, which the tests evaluate: a gate, a forge and Grafana behind it in a mesh.
{
  nodes.gate.addresses = [ "192.0.2.10" ];
  nodes.forge = { };

  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members = {
      gate.address = "10.10.0.1";
      forge.address = "10.10.0.2";
    };
  };

  exports.services.forge.forgejo = {
    port = 3000;
    scheme = "http";
  };

  reverse-proxy.public = {
    node = "gate";
    email = "admin@example.org";
    sites = {
      "git.example.org" = {
        node = "forge";
        service = "forgejo";
        aliases = [ "www.git.example.org" ];
        checkPath = "/api/healthz";
      };
      "app.example.org" = {
        node = "gate";
        port = 8080;
        websockets = false;
      };
    };
  };
}
