# Steps of a deployment may be of any kind that plans have; each says what is missing or too much.
{
  network.name = "home";
  nodes.alpha = { };
  deploy.steps.again.kind = "reboot";
  deploy.steps.ready = {
    kind = "barrier";
    command = "true";
  };
}
