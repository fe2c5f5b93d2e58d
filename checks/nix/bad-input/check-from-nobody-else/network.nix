{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web.nodes = [ "alpha" ];
  checks.alpha.x = {
    tcpSocket.port = 1;
    from.role = "web";
  };
}
