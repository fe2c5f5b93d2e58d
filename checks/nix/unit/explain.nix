# Where values on a node come from. Needs a whole nixpkgs, and must say the same on every one.
{ subject, ... }:
let
  inherit (subject) lib modules;
  evaluated = subject.evaluate {
    imports = [
      modules.hello
      ../../../modules/hello/example.nix
    ];
    network.name = "explained";
    defaults.nixos =
      { lib, ... }:
      {
        imports = [ subject.minimal ];
        environment.etc.note.text = lib.mkDefault "at first";
      };
    nodes.alpha.nixos =
      { lib, pkgs, ... }:
      {
        imports = [ ./networks/explained.nix ];
        system.build.everything = pkgs;
        environment.etc = lib.mkMerge [
          (lib.mkIf false { note.text = "not this"; })
          { note = lib.mkForce { text = "this"; }; }
          { note.text = "that"; }
        ];
        networking = lib.mkMerge [
          (lib.mkOverride 900 { domain = "weak.example.org"; })
          {
            hostName = "first";
            domain = "strong.example.org";
            firewall.allowedTCPPorts = lib.mkIf true [ 80 ];
          }
          (lib.mkIf false { domain = lib.mkDefault "never.example.org"; })
        ];
        services.openssh.ports = [ (throw "a value that cannot be evaluated") ];
      };
  };
  ask =
    node: path:
    evaluated.explainFor {
      inherit node;
      option = lib.showOption (lib.splitString " " path);
    };
  explain = path: (ask "alpha" path).found;
  # Sorted: the order of definitions is not the same everywhere.
  origins =
    path:
    lib.sort (a: b: a.file < b.file) (
      map (definition: {
        inherit (definition) origin via;
        file = baseNameOf definition.file;
      }) (explain path).definitions
    );
  # Sorted: the order of definitions is not the same everywhere.
  overridden =
    path:
    lib.sort (a: b: a.priority < b.priority) (
      map (definition: {
        inherit (definition) priority value via;
        file = baseNameOf definition.file;
      }) (explain path).overridden
    );
  missing =
    answer:
    assert answer.found == null;
    lib.concatStrings answer.problems;
in
{
  "a list says who added what: a network module, the user, nixpkgs" = {
    expr = builtins.filter (item: item.origin != "nixpkgs") (
      origins "networking firewall allowedTCPPorts"
    );
    expected = [
      {
        file = "explained.nix";
        origin = null;
        via = null;
      }
      {
        file = "flake.nix";
        origin = null;
        via = "nodes.alpha.nixos";
      }
      {
        file = "hello";
        origin = "netlib.modules.hello";
        via = "configure.alpha";
      }
    ];
  };
  "values are shown as each said them" = {
    expr = map (definition: definition.value) (
      builtins.filter (
        definition: definition.origin == null
      ) (explain "networking firewall allowedTCPPorts").definitions
    );
    expected = [
      "[\n  8080\n]"
      "[\n  80\n]"
    ];
  };
  "inside of a value: conditions and priorities are looked through" = {
    expr = map (definition: definition.value) (explain "environment etc note").definitions;
    expected = [ "{\n  text = \"this\";\n}" ];
  };
  # Both lost as definitions of `note`, whatever they say below it.
  "inside of a value: what lost is shown too, with the priority that it lost by" = {
    expr = lib.sort (a: b: a.value < b.value) (
      map (item: { inherit (item) priority value via; }) (overridden "environment etc note text")
    );
    expected = [
      {
        priority = 100;
        value = "\"at first\"";
        via = "defaults.nixos";
      }
      {
        priority = 100;
        value = "\"that\"";
        via = "nodes.alpha.nixos";
      }
    ];
  };
  "what wins is shown, and what lost" = {
    expr = {
      inherit (explain "networking hostName") value priority isDefault;
      origins = map (item: item.origin) (origins "networking hostName");
      overridden = builtins.filter (item: item.priority < 1500) (overridden "networking hostName");
    };
    expected = {
      value = "\"first\"";
      priority = 100;
      isDefault = false;
      origins = [ null ];
      overridden = [
        {
          file = "explained.nix";
          priority = 1000;
          value = "\"second\"";
          via = null;
        }
        {
          file = "netlib, for nodes.alpha";
          priority = 1250;
          value = "\"alpha\"";
          via = null;
        }
      ];
    };
  };
  "a priority around several options, and a condition that does not hold" = {
    expr = map (item: { inherit (item) priority value via; }) (overridden "networking domain");
    expected = [
      {
        priority = 900;
        value = "\"weak.example.org\"";
        via = "nodes.alpha.nixos";
      }
      {
        priority = 1500;
        value = "null";
        via = null;
      }
    ];
  };
  "nothing is overridden where everything counts" = {
    expr = map (item: item.priority) (overridden "networking firewall allowedTCPPorts");
    # Only the option's default.
    expected = [ 1500 ];
  };
  "a whole set of packages is not shown" = {
    expr = (explain "system build everything").value;
    expected = "<package set>";
  };
  "a default comes from where the option is declared" = {
    expr = {
      inherit (explain "networking useDHCP") isDefault value;
      origins = map (item: item.origin) (origins "networking useDHCP");
    };
    expected = {
      isDefault = true;
      value = "true";
      origins = [ "nixpkgs" ];
    };
  };
  "a value that fails is no reason to say nothing" = {
    expr = builtins.any (
      definition: lib.hasPrefix "<error" definition.value
    ) (explain "services openssh ports").definitions;
    expected = true;
  };
  "a set of options lists them" = {
    expr =
      let
        found = explain "networking nat";
      in
      {
        inherit (found) kind;
        hasEnable = builtins.elem "enable" found.children;
      };
    expected = {
      kind = "options";
      hasEnable = true;
    };
  };
  "options that do not exist are answered with the nearest names" = {
    expr = map (path: builtins.head (lib.splitString "\n" (missing (ask "alpha" path)))) [
      "networking hostNme"
      "networking firewall allowedPorts"
      "networkin hostName"
    ];
    expected = [
      "the node `alpha` has no option networking.hostNme: networking has no `hostNme`. Did you mean `hostName`?"
      "the node `alpha` has no option networking.firewall.allowedPorts: networking.firewall has no `allowedPorts`. Did you mean `allowedTCPPorts` or `allowedUDPPorts`?"
      "the node `alpha` has no option networkin.hostName: there is no `networkin`. Did you mean `networking`?"
    ];
  };
  "what is not in a value is answered" = {
    expr = missing (ask "alpha" "networking hosts 192.0.2.99");
    expected = "the option networking.hosts of the node `alpha` has no `192.0.2.99` in its value.";
  };
  "nodes that do not exist are answered" = {
    expr = missing (ask "alhpa" "networking");
    expected = "there is no node `alhpa`. Did you mean `alpha`? Nodes are `alpha`, `beta`, `gamma`.";
  };
  "as text, for a question as people write it" = {
    expr =
      let
        # Files lie elsewhere on every machine.
        plain = text: builtins.filter (line: !(lib.hasInfix "/" line)) (lib.splitString "\n" text);
        answer = evaluated.explainFor {
          node = "alpha";
          option = "environment.etc.\"note\".text";
        };
        without = evaluated.explainFor {
          node = "alpha";
          option = "networking.domain";
          overridden = false;
        };
      in
      {
        inherit (answer) problems;
        first = lib.take 2 (plain answer.text);
        hasOverridden = builtins.elem "overridden:" (plain answer.text);
        without = builtins.filter (lib.hasInfix "not shown") (plain without.text);
        data = without.found ? overridden;
      };
    expected = {
      problems = [ ];
      first = [
        "environment.etc.note.text of alpha:"
        "    \"this\""
      ];
      hasOverridden = true;
      without = [ "not shown: overridden definitions, because evaluating one of them fails" ];
      data = false;
    };
  };
  "a set of options is a list" = {
    expr = builtins.elem "networking.firewall.enable" (
      lib.splitString "\n"
        (evaluated.explainFor {
          node = "alpha";
          option = "networking.firewall";
        }).text
    );
    expected = true;
  };
  "what is wrong with a question is told" = {
    expr =
      map
        (
          question:
          let
            answer = evaluated.explainFor question;
          in
          assert answer.text == null && answer.found == null;
          answer.problems
        )
        [
          {
            node = "alpah";
            option = "networking";
          }
          {
            node = "alpha";
            option = "a..b";
          }
          {
            node = "alpha";
            option = "\"a";
          }
        ];
    expected = [
      [ "there is no node `alpah`. Did you mean `alpha`? Nodes are `alpha`, `beta`, `gamma`." ]
      [
        "`a..b` is not a valid option. Write names separated by dots, such as networking.hostName, and those with dots in quotes."
      ]
      [
        "`\"a` is not a valid option. Write names separated by dots, such as networking.hostName, and those with dots in quotes."
      ]
    ];
  };
}
