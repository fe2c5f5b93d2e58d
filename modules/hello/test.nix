# The example as a test, what the module refuses, and that the guide shows exactly this module.
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

  # The code blocks of a page, in their order; `kind` is the word behind the first fence.
  blocksOf =
    kind: file:
    let
      pieces = lib.splitString "\n```" (builtins.readFile file);
    in
    map (lib.removePrefix "${kind}\n") (builtins.filter (lib.hasPrefix "${kind}\n") pieces);
  withoutBlankLines =
    text:
    lib.concatMapStrings (line: "${line}\n") (
      builtins.filter (line: line != "") (lib.splitString "\n" text)
    );
  isShown = kind: file: {
    expr = withoutBlankLines (lib.concatStringsSep "\n" (blocksOf kind ../../docs/network-modules.md));
    expected = withoutBlankLines (builtins.readFile file);
  };
in
{
  "docs/network-modules.md shows the whole default.nix" = isShown "nix" ./default.nix;
  "docs/network-modules.md shows the whole example.nix" = isShown "nix example" ./example.nix;

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
        (lib.hasPrefix "hello.morning: the server \"alpha\" is among its own clients. Take it out of hello.morning.clients, in `")
        (
          failures (evaluate {
            hello.morning.clients = [ "alpha" ];
          })
        );
    expected = [ true ];
  };

  "two instances on one port of one node are refused" = {
    expr = builtins.any (lib.hasInfix "two services listen on TCP port 7070 of the node \"alpha\"") (
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
