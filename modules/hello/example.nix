# The example of the README: alpha greets, all nodes at the edge know where.
{
  nodes.alpha = { };
  nodes.beta.tags = [ "edge" ];
  nodes.gamma.tags = [ "edge" ];

  exports.networks.lan = {
    subnets = [ "192.168.7.0/24" ];
    members.alpha.addresses = [ "192.168.7.1" ];
    members.beta.addresses = [ "192.168.7.2" ];
    members.gamma.addresses = [ "192.168.7.3" ];
  };

  hello.morning = {
    server = "alpha";
    clients = [ "@edge" ];
    greeting = "Good morning!";
  };
}
