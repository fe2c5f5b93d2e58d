# The canary has no rollout because two want it: that is said, and not what follows from it.
{
  network.name = "home";
  nodes.web1 = { };
  nodes.web2 = { };
  roles.a = {
    nodes = [ "web*" ];
    rollout.canary = "web1";
  };
  roles.b = {
    nodes = [ "web*" ];
    rollout.canary = "web2";
  };
}
