# The pages about options: what each says, that all of netlib's are worth reading, and that a user's own modules have theirs.
{ subject, ... }:
let
  inherit (subject) lib;
  root = ../../..;
  documentation = import (root + "/lib/documentation.nix") { inherit lib; };

  all = subject.evaluate {
    imports = builtins.attrValues subject.modules;
    network.name = "options";
  };
  options = documentation.describe {
    inherit (all) options;
    roots = [ root ];
  };

  problemsOf =
    option:
    map (problem: "${option.name}: ${problem}") (
      lib.optional (option.description == "") "no description"
      ++ lib.optional (!(option ? example)) "no example"
      ++ lib.optional (
        option.type == "unspecified" || lib.hasInfix "impossible" option.type
      ) "no type that says something"
      ++ lib.optional (option.declarations == [ ]) "declared nowhere"
      ++ lib.concatMap (
        file:
        lib.optional (!builtins.pathExists (root + "/${file}")) "declared in ${file}, which is no file"
      ) option.declarations
    );

  # A user's own module, beside the flake.
  own =
    (subject.evaluate {
      network.name = "home";
      imports = [
        {
          _file = "${toString ../fixtures}/shop.nix";
          options.shop = lib.mkOption {
            type = lib.types.attrsOf (
              lib.types.submodule {
                options.port = lib.mkOption {
                  type = lib.types.port;
                  default = 8080;
                  defaultText = lib.literalMD "one that is *free*";
                  description = "TCP port of the shop.";
                  example = 8081;
                };
                options.secret = lib.mkOption {
                  internal = true;
                  type = lib.types.str;
                  description = "Nobody's business.";
                };
              }
            );
            default = { };
            description = ''
              Shops, by name.
            '';
            example = lib.literalExpression ''
              {
                books.port = 8081;
              }
            '';
          };
        }
      ];
    }).documentation;
in
{
  "what there is to know about each option is there, and where it is declared" = {
    expr = lib.concatMap problemsOf options;
    expected = [ ];
  };

  "every module has a page, and what is at the bottom of one is on it" = {
    expr = {
      missing = lib.subtractLists (builtins.attrNames all.documentation) (
        builtins.attrNames subject.modules
      );
      submodules = lib.hasInfix "\n- Type: `attribute set of (submodule)`\n" all.documentation.nodes;
      deep = lib.hasInfix "\n## `backup.<name>.clients.<name>.paths`\n" all.documentation.backup;
      internal = builtins.filter (option: builtins.elem "_module" option.loc) options;
    };
    expected = {
      missing = [ ];
      submodules = true;
      deep = true;
      internal = [ ];
    };
  };

  "a module of one's own has a page like those of netlib" = {
    expr = own.shop;
    expected = ''
      # Options of shop

      ## `shop`

      Shops, by name.

      - Type: `attribute set of (submodule)`
      - Default: `{ }`
      - Example:

        ```nix
        {
          books.port = 8081;
        }
        ```

      - Declared in: `shop.nix`

      ## `shop.<name>.port`

      TCP port of the shop.

      - Type: `16 bit unsigned integer; between 0 and 65535 (both inclusive)`
      - Default: one that is *free*
      - Example: `8081`
      - Declared in: `shop.nix`
    '';
  };
}
