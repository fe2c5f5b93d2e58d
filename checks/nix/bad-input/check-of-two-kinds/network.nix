{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web = {
    nodes = [ "alpha" ];
    checks.x = {
      booted = true;
      tcpSocket.port = 1;
    };
  };
}
