# The programs of `netlib facts gather`: one on each node that says its facts, and one on the deployer that writes them.
{ lib, programs }:
let
  script = import ./script.nix { inherit lib; };
in
{
  # Made from the node's own pin; each fact has a PATH of its own.
  onNode =
    {
      pkgs,
      node,
      requests,
    }:
    let
      program =
        fact: request:
        script pkgs "gather-${fact}" {
          packages = request.packages pkgs;
          text = "# ${request.description}\n" + request.script;
        };
      ask = fact: request: "ask ${fact} ${program fact request}\n";
    in
    programs pkgs "gather-${node}" [
      {
        name = "gather";
        value = {
          wrapper = "step";
          packages = pkgs: [ pkgs.gnused ];
          script = builtins.readFile ./gather.sh + lib.concatStrings (lib.mapAttrsToList ask requests);
        };
      }
    ];

  onDeployer =
    pkgs:
    programs pkgs "record-facts" [
      {
        name = "record-facts";
        value = {
          wrapper = "step";
          packages = _: [ ];
          script = "expression=${./record-facts.nix}\n" + builtins.readFile ./record-facts.sh;
        };
      }
    ];
}
