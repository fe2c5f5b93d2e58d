# Beta deploys to all three, whoever sits at it; all keep the repository.
{
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma = { };

  deployer.nodes = [ "beta" ];
}
