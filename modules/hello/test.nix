# The example as a test, what the module refuses, and that the module is as short as the guide says.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.hello
        ./example.nix
        module
      ];
      network.name = "example";
    };
  example = evaluate { };
  failures =
    evaluated:
    map (item: item.message) (builtins.filter (item: !item.assertion) evaluated.config.assertions);
in
{
  "it has at most 90 lines" = {
    expr = builtins.length (lib.splitString "\n" (builtins.readFile ./default.nix)) <= 91;
    expected = true;
  };

  "selectors became names" = {
    expr = example.config.hello.morning.clients;
    expected = [
      "beta"
      "gamma"
    ];
  };

  "the server comes first" = {
    expr = map (node: example.plan.steps."activate:${node}".after) [
      "alpha"
      "beta"
    ];
    expected = [
      [ "copy:alpha" ]
      [
        "activate:alpha"
        "copy:beta"
      ]
    ];
  };

  "the server is checked" = {
    expr = builtins.attrNames example.plan.nodes.alpha.checks;
    expected = [ "hello-morning" ];
  };

  "a server that is its own client is refused, with the file of the user" = {
    expr =
      map
        (lib.hasPrefix "hello.morning: the server `alpha` is among its own clients. Take it out of `clients`, in `")
        (
          failures (evaluate {
            hello.morning.clients = [ "alpha" ];
          })
        );
    expected = [ true ];
  };

  "two instances on one port of one node are refused" = {
    expr = builtins.any (lib.hasInfix "two services listen on TCP port 7070 of the node `alpha`") (
      failures (evaluate {
        hello.evening.server = "alpha";
      })
    );
    expected = true;
  };

  "two instances on two ports get along" = {
    expr = failures (evaluate {
      hello.evening = {
        server = "alpha";
        port = 7071;
      };
    });
    expected = [ ];
  };
}
