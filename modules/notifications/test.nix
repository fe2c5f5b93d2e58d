# The example as a test: what runs at the end of a deployment, and what is refused.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.notifications
        ./example.nix
        module
      ];
      network.name = "example";
    };
  example = evaluate { };
  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
in
{
  "each runs at the end of a deployment, with time for itself and for what it asks" = {
    expr = lib.mapAttrs (_: program: program.timeout) example.config.plans.deploy.hooks.onEnd;
    expected = {
      notify-anna = 50;
      notify-chat = 50;
    };
  };

  "what would never run, and names that are none, are refused" = {
    expr = [
      (failures { })
      (builtins.any (lib.hasInfix "notifications.never.on is empty") (failures {
        notifications.never = {
          on = [ ];
          program = "true";
        };
      }))
      (builtins.any (lib.hasInfix "notifications: `a b` cannot be a name") (failures {
        notifications."a b".program = "true";
      }))
    ];
    expected = [
      [ ]
      true
      true
    ];
  };
}
