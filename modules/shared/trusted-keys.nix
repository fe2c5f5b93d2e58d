# Keys whose signatures a node's Nix believes, each under a name that this network gives it and not the node that has it.
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
          "nix.settings.trusted-public-keys has two keys called \"${name}\", of which Nix would keep one. "
          + "Remove the one that is no longer used.";
      }) twice;
    };
in
{
  /**
    Whether a fact is a public key for signatures of store paths.
  */
  isKey = fact: builtins.match "[^:[:space:]]+:[A-Za-z0-9+/]{43}=" fact != null;

  /**
    A fact as the key of this name: whatever its node calls it, it speaks for no other name.

    # Type

    ```
    named :: string -> string -> string
    ```
  */
  named = name: fact: "${name}:${lib.last (lib.splitString ":" fact)}";

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
