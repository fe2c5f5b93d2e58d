# The README's example, which the tests evaluate: a node in the cloud answers for two machines at home, over a mesh.
{
  nodes.edge.addresses = [ "192.0.2.10" ];
  nodes.alpha.addresses = [ "alpha.example.org" ];
  nodes.beta = { };

  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members = {
      edge.address = "10.10.0.1";
      alpha.address = "10.10.0.2";
      beta.address = "10.10.0.3";
    };
  };

  exports.services.alpha.shop = {
    port = 8080;
    scheme = "http";
  };

  reverse-proxy.public = {
    proxies.edge = { };
    acme = {
      acceptTerms = true;
      email = "admin@example.org";
    };
    hosts."shop.example.org" = {
      aliases = [ "example.org" ];
      backends = {
        alpha.service = "shop";
        beta = {
          port = 8081;
          standby = true;
        };
      };
      health.path = "/health";
    };
    hosts."chat.example.org".backends.beta.port = 9000;
  };
}
