{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  wireguard-mesh = {
    "-x" = {
      subnet = "10.1.0.0/24";
      listenPort = 1;
    };
    "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww" = {
      subnet = "10.2.0.0/24";
      interface = "wg1";
    };
    loop = {
      subnet = "10.3.0.0/24";
      interface = "lo";
    };
    dots = {
      subnet = "10.4.0.0/24";
      interface = "..";
    };
  };
}
