# The example of the README, which the tests evaluate: a person everywhere, a machine for the nodes that are tried first.
{
  nodes.alpha.target.user = "deploy";
  nodes.beta.tags = [ "staging" ];

  deploy-access.deployers = {
    anna.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
    ];
    ci = {
      keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJHefTz7ry5IEYw3xj17cQsCsJqQdOHwZmpgoqwZog/ ci" ];
      nodes = [ "@staging" ];
      from = [ "192.0.2.0/24" ];
    };
  };
}
