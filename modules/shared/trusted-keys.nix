# Keys whose signatures a node's Nix believes, each under a name of its own.
{ lib }:
let
  nameOf = entry: builtins.head (lib.splitString ":" entry);

  # Two keys of one name: Nix keeps one of them, and nobody says which.
  oneKeyForEachName =
    { config, ... }:
    let
      entries = lib.unique config.nix.settings.trusted-public-keys;
      twice = lib.filterAttrs (_: found: builtins.length found > 1) (lib.groupBy nameOf entries);
    in
    {
      assertions = lib.mapAttrsToList (name: _: {
        assertion = false;
        message =
          "nix.settings.trusted-public-keys has two keys called `${name}`, of which Nix would keep one. "
          + "Remove the one that is no longer used.";
      }) twice;
    };
in
{
  /**
    A NixOS module that believes these keys.

    # Type

    ```
    believe :: [ string ] -> module
    ```
  */
  believe = keys: {
    imports = [
      {
        key = "netlib/shared/trusted-keys";
        imports = [ oneKeyForEachName ];
      }
    ];
    nix.settings.trusted-public-keys = keys;
  };
}
