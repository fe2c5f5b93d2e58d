{
  exports.networks.office = {
    isolated = true;
    subnets = [ "192.168.1.0/24" ];
    members.alpha.addresses = [ "192.168.1.9" ];
  };
}
