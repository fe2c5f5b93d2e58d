# What each goal carries out: kinds of steps. Nothing else knows what a goal means for the plan.
{ lib }:
let
  kinds = {
    # Null is every kind but barriers, which are made anew where they spare edges.
    switch = null;
    test = null;
    # Nothing of the new system runs before the boot, so there is nothing to look at.
    boot = [
      "build"
      "copy"
      "activate"
      "gate"
    ];
    dry-activate = [
      "build"
      "copy"
      "activate"
    ];
    copy = [
      "build"
      "copy"
    ];
    build = [ "build" ];
  };
  sets = lib.mapAttrs (_: names: if names == null then null else lib.genAttrs names (_: true)) kinds;
in
{
  names = builtins.attrNames kinds;

  /**
    Whether the system boots where the goal is reached, so that the host may have to be restarted for it.

    # Type

    ```
    boots :: goal -> bool
    ```
  */
  boots = goal: goal == "switch" || goal == "boot";

  /**
    Whether steps of a kind are carried out under a goal.

    # Type

    ```
    does :: goal -> kind -> bool
    ```
  */
  does = goal: kind: if sets.${goal} == null then kind != "barrier" else sets.${goal} ? ${kind};
}
