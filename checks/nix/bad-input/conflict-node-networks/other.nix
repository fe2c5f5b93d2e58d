{
  nodes.alpha.subnets = [ "10.0.0.0/8" ];
  # Not in the network: its own may be the same.
  nodes.beta.subnets = [ "10.1.0.0/16" ];
}
