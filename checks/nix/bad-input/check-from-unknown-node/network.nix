{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  checks.alpha.x = {
    tcpSocket.port = 1;
    from.node = "betta";
  };
}
