# The options of the stub whose type is not the real one's, or that a real NixOS does not have.
{ stub, real }:
let
  lib = import (stub + "/lib");

  optionsOf =
    nixpkgs:
    (import (nixpkgs + "/nixos/lib/eval-config.nix") {
      system = null;
      modules = [ ./base.nix ];
    }).options;

  # Every option below `options` with its type, options of submodules included.
  flatten =
    path: options:
    lib.concatLists (
      lib.mapAttrsToList (
        name: value:
        if lib.hasPrefix "_" name then
          [ ]
        else if lib.isOption value then
          flattenOption (path ++ [ name ]) value
        else
          flatten (path ++ [ name ]) value
      ) options
    );
  flattenOption =
    path: option:
    [
      {
        inherit path;
        type = option.type.description;
      }
    ]
    ++ (
      if containers ? ${option.type.name} then
        flatten (path ++ [ "*" ]) (option.type.getSubOptions [ ])
      else
        [ ]
    );
  containers = lib.genAttrs [
    "attrsOf"
    "listOf"
    "submodule"
    "lazyAttrsOf"
  ] (_: true);

  # The option of the real NixOS at the path, or null.
  find =
    options: path:
    if path == [ ] then
      (if lib.isOption options then options else null)
    else if lib.isOption options then
      (
        if builtins.head path == "*" then
          find (options.type.getSubOptions [ ]) (builtins.tail path)
        else
          null
      )
    else if options ? ${builtins.head path} then
      find options.${builtins.head path} (builtins.tail path)
    else
      null;

  # Not of the real one by intent, each with its reason.
  ours = {
    "system.stub" = "the stub's own bookkeeping";
    "system.build" = "the real one declares some of its members";
    "system.path" = "types.pathInStore there";
    "nixpkgs" = "the stub knows two platforms and makes its own package set";
    "boot.kernelPackages" = "a package set there";
    "boot.kernelParams" = "spaces are checked there";
    "fileSystems" = "the same checks under other names";
    "nix.registry" = "accepted here as it is";
    "services.harmonia.cache.settings" = "a TOML value there";
    "nix.settings" = "the same atoms under another name";
    "services.grafana.settings" = "the same atoms under another name";
    "services.openssh.settings" = "the same atoms under another name";
  };
  isOurs =
    path:
    let
      name = lib.showOption path;
    in
    # The members of a freeform option are compared even where the option itself is not.
    lib.any (
      prefix: name == prefix || (lib.hasPrefix "${prefix}." name && !lib.hasSuffix "settings" prefix)
    ) (lib.attrNames ours);

  realOptions = optionsOf real;
  differences = map (
    entry:
    let
      theirs = find realOptions entry.path;
      there = if theirs == null then "no such option" else theirs.type.description;
    in
    if there == entry.type then
      [ ]
    else
      [ "${lib.showOption entry.path}: ${entry.type} here, ${there} there" ]
  ) (lib.filter (entry: !isOurs entry.path) (flatten [ ] (optionsOf stub)));
in
lib.concatLines (lib.concatLists differences)
