{
  nodes.alpha = { };
}
