# Members that netlib does not deploy: phones, laptops, routers.
{ lib, netlib, ... }:
let
  inherit (lib) types;

  external.options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      default = "";
      description = "What it is and whose, for people.";
      example = "Anna's phone";
    };

    addresses = lib.mkOption {
      type = types.listOf netlib.types.host;
      default = [ ];
      description = "Names or addresses at which nodes reach it, the preferred one first. Most phones and laptops have none.";
      example = [ "router.example.org" ];
    };

    publicKeys = lib.mkOption {
      type = types.lazyAttrsOf types.singleLineStr;
      default = { };
      description = "Its public keys, by kind. Each network module says which kind it needs.";
      example = {
        wireguard = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
      };
    };
  };
in
{
  options.externals = lib.mkOption {
    type = types.attrsOf (types.submodule external);
    default = { };
    description = ''
      Machines that take part in networks but are not deployed. Network modules accept their names wherever they accept members
      that need no deployment; `nix run .#render` prints the files that they need. Names follow the rules of `nodes`, and are no node's.
    '';
    example = lib.literalExpression ''
      {
        phone = {
          description = "Anna's phone";
          publicKeys.wireguard = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
        };
      }
    '';
  };
}
