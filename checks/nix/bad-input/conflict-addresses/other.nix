{
  exports.networks.radio = {
    members.alpha.addresses = [ "fd00:0:0::1" ];
  };
  exports.networks.wave = {
    members.beta.addresses = [ "fd00::1" ];
  };
}
