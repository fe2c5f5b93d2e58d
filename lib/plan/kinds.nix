# The kinds of steps that people write, in `deploy.steps` and in plans, each as a whole: what is wrong with a step, and its fields of
# the document. The driver has a function for each.
{ lib, errors }:
let
  place = where: if where == "deployer" then where else "node:${where}";

  none = step: names: builtins.all (name: step.${name} or null == null) names;
in
{
  command = {
    does = "runs a program of yours";
    problems =
      nodes: step:
      lib.optional (step.on == null)
        "a command says where it runs: set `on` to \"deployer\" or to a node. Nodes are ${errors.quoteList nodes}"
      ++ lib.optional (
        step.command == null
      ) "a command says what it does: set `command` to a shell script"
      ++ lib.optional (step.node != null) "a command has no `node`. Set `on`, where it runs, instead"
      ++ lib.optional (
        step.input != null && step.on == "deployer"
      ) "only a command on a node has an `input`";
    render =
      id: step:
      let
        program = step.program or "step-${id}";
      in
      {
        on = place step.on;
        inherit program;
        inherit (step) timeout;
      }
      // lib.optionalAttrs (step.on != "deployer") { node = step.on; }
      // lib.optionalAttrs (step.input or null != null) { input = "feed-${program}"; }
      // lib.optionalAttrs (step.facts or { } != { }) { inherit (step) facts; };
  };

  reboot = {
    does = "restarts the node `on` which it is and waits until it is back";
    problems =
      nodes: step:
      lib.optional (
        step.on == null || step.on == "deployer"
      ) "a restart says of which node: set `on` to a node. Nodes are ${errors.quoteList nodes}"
      ++ lib.optional (
        !none step [
          "command"
          "input"
        ]
      ) "only a command has a `command` and an `input`";
    render = _: step: { node = step.on; };
  };

  barrier = {
    does = "does nothing and is there for others to wait for";
    problems =
      _: step:
      lib.optional (
        !none step [
          "on"
          "command"
          "input"
        ]
      ) "a barrier does nothing: it has no `on`, `command` and `input`";
    render = _: _: { };
  };
}
