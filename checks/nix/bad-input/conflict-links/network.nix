{
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta = { };
  exports.networks.wg0 = {
    members.alpha.addresses = [ "10.0.0.1" ];
    links = [
      {
        from = "alpha";
        to = "beta";
        via = "gamma";
      }
    ];
  };
}
