# NixOS configuration of beta alone.
{ node, ... }:
{
  # Say here what only this machine does. This one has a file that names it.
  environment.etc."netlib-node".text = "${node.name}\n";
}
