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
    { nodes, facts }:
    programs pkgs "record-facts" [
      {
        name = "record-facts";
        value = {
          wrapper = "step";
          packages = _: [ ];
          script =
            let
              known = builtins.toFile "netlib-facts.json" (
                builtins.toJSON {
                  nodes = builtins.attrNames nodes;
                  unique = lib.mapAttrs (
                    _: requests: builtins.attrNames (lib.filterAttrs (_: request: request.unique) requests)
                  ) facts;
                }
              );
            in
            "expression=${./record-facts.nix}\nexport NETLIB_FACTS=${known}\n"
            + builtins.readFile ./record-facts.sh;
        };
      }
    ];
}
