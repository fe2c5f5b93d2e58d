# Who a network is: its name for people and the id that its hosts remember.
{
  config,
  lib,
  netlib,
  inputs,
  ...
}:
let
  nodesOfOurs = builtins.filter (
    name: toString config.nodes.${name}.nixpkgs == toString netlib.nixpkgs
  ) (builtins.attrNames config.nodes);
in
{
  config.warnings =
    lib.optional (!(inputs ? nixpkgs) && nodesOfOurs != [ ])
      "${netlib.errors.quoteList nodesOfOurs} get the nixpkgs that netlib is tested with, as the flake has no input `nixpkgs`. Add one, or set nodes.<name>.nixpkgs.";

  options.network = {
    name = lib.mkOption {
      type = netlib.types.name;
      description = "Name of the network, for people. Recorded on each host together with the id.";
      example = "home";
    };

    id = lib.mkOption {
      type = netlib.types.word;
      default = builtins.substring 0 32 (
        builtins.hashString "sha256" "netlib-network/${config.network.name}"
      );
      defaultText = lib.literalMD "first 32 hexadecimal digits of the SHA-256 of `netlib-network/<name>`";
      description = ''
        Identity of the network. Each host remembers the id that it was first deployed with and refuses another one.
        Set it to keep the identity when the network is renamed, or when someone else's network has the same name.
      '';
      example = "7c2a6a1e-home";
    };
  };
}
