# What each command of the driver needs of a network: the plan's steps, those that gather facts, or one of a kind for each node, and
# what is evaluated of the nodes that it is about.
{
  deploy = {
    steps = true;
    evaluate = [
      "toplevels"
      "programs"
    ];
  };
  run = {
    steps = true;
    evaluate = [
      "toplevels"
      "programs"
    ];
  };
  plan = {
    steps = true;
    evaluate = [
      "toplevels"
      "programs"
    ];
    show = "text";
  };
  status = {
    evaluate = [ "toplevels" ];
    # Those that may wait for somebody.
    waits = true;
  };
  diff.evaluate = [ "toplevels" ];
  check.evaluate = [ "programs" ];
  facts.gathers = true;
  exec.each = "command";
  rollback.each = "activate";
  # Of rollouts, not of nodes.
  approve.rollouts = true;
}
