{
  network.name = "bad";
  nodes.alpha = { };
  externals.alpha = { };
  externals."Anna's phone" = { };
}
