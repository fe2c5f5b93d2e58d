{
  exports.networks.second.members = {
    alpha.interface = "wg0";
    beta.interface = "wg1";
    phone.interface = "tun0";
  };
}
