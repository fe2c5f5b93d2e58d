# The example of the README, which the tests evaluate: one cache in a private network, filled by the node that builds.
{
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma = { };

  exports.networks.lan = {
    subnets = [ "192.168.7.0/24" ];
    preference = 20;
    members.alpha.addresses = [ "192.168.7.1" ];
    members.beta.addresses = [ "192.168.7.2" ];
    members.gamma = {
      addresses = [ "192.168.7.3" ];
      interface = "eth1";
    };
  };

  nix-cache.main = {
    servers.gamma = { };
    uploaders = [ "alpha" ];
  };
}
