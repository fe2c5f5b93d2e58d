{
  exports.networks.wg0.members.beta.allowedIPs = [
    "192.168.7.0/24"
    "fd00::/64"
  ];
}
