{
  configuration = {
    networking.hostName = "alpha";
    networking.firewall.allowedUDPPorts = [ 51820 ];
    networking.firewall.interfaces.wg0.allowedTCPPorts = [
      9100
      80
    ];
    networking.wireguard.interfaces.wg0 = {
      ips = [ "10.9.0.1/24" ];
      privateKeyFile = "/var/lib/wg/key";
      listenPort = 51820;
      postSetup = [
        "one"
        "two"
      ];
      peers = [
        {
          publicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
          allowedIPs = [ "10.9.0.2/32" ];
          endpoint = "beta:51820";
          persistentKeepalive = 25;
        }
      ];
    };
  };

  values =
    { config, ... }:
    let
      wg0 = config.networking.wireguard.interfaces.wg0;
      peer = builtins.head wg0.peers;
    in
    {
      inherit (config.networking.wireguard) enable useNetworkd;
      inherit (wg0)
        ips
        listenPort
        mtu
        table
        allowedIPsAsRoutes
        postSetup
        generatePrivateKeyFile
        ;
      peerName = peer.name;
      inherit (peer) endpoint persistentKeepalive presharedKeyFile;
      udp = config.networking.firewall.allowedUDPPorts;
      tcp = config.networking.firewall.interfaces.wg0.allowedTCPPorts;
      unit = config.systemd.services ? wireguard-wg0;
      unitOff = config.systemd.services ? wireguard-wg1;
    };

  expected = {
    enable = true;
    useNetworkd = false;
    ips = [ "10.9.0.1/24" ];
    listenPort = 51820;
    mtu = null;
    table = "main";
    allowedIPsAsRoutes = true;
    postSetup = "one\ntwo";
    generatePrivateKeyFile = false;
    peerName = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg\\x3d";
    endpoint = "beta:51820";
    persistentKeepalive = 25;
    presharedKeyFile = null;
    udp = [ 51820 ];
    tcp = [
      80
      9100
    ];
    unit = true;
    unitOff = false;
  };
}
