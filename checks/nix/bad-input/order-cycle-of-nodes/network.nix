# Orders of nodes alone: only `deploy.order` can be a preference, so that is what is advised.
{
  network.name = "home";
  nodes.alpha.deploy.after = [ "beta" ];
  nodes.beta.deploy.after = [ "alpha" ];
}
