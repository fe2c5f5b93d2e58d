{
  network.name = "home";
  nodes."Alpha.1" = { };
  nodes.a23456789012345678901234567890123456789012345678901234567890123X = { };
  nodes."größe" = { };
}
