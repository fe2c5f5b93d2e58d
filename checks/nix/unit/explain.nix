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
    defaults = subject.minimal;
    nodes.alpha.configuration =
      { lib, ... }:
      {
        imports = [ ./networks/explained.nix ];
        networking.firewall.allowedTCPPorts = lib.mkIf true [ 80 ];
        environment.etc = lib.mkMerge [
          (lib.mkIf false { note.text = "not this"; })
          { note = lib.mkForce { text = "this"; }; }
        ];
        services.openssh.ports = [ (throw "a value that cannot be evaluated") ];
      };
  };
  explain = path: evaluated.ask.explain "alpha" (lib.splitString " " path);
  # Sorted: the order of definitions is not the same everywhere.
  origins =
    path:
    lib.sort (a: b: a.file < b.file) (
      map (definition: {
        inherit (definition) origin via;
        file = baseNameOf definition.file;
      }) (explain path).definitions
    );
  refused = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
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
        via = "nodes.alpha.configuration";
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
  "only the winner of a priority is shown, with it" = {
    expr = {
      inherit (explain "networking hostName") value priority isDefault;
      origins = map (item: item.origin) (origins "networking hostName");
    };
    expected = {
      value = "\"alpha\"";
      priority = 1250;
      isDefault = false;
      origins = [ "netlib" ];
    };
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
  "nodes and options that do not exist are refused" = {
    expr = map refused [
      (explain "networking hostNme")
      (explain "networking hosts 192.0.2.99")
      (evaluated.ask.explain "alhpa" [ "networking" ])
    ];
    expected = [
      true
      true
      true
    ];
  };
}
