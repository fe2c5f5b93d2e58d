# Attribute sets as trees: paths, recursive updates and maps.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    elemAt
    foldl'
    isAttrs
    length
    mapAttrs
    ;

  # Calls `found` with the value at the path, or gives `missing`.
  lookup =
    { found, missing }:
    path: set:
    let
      end = length path;
      step =
        depth: value:
        if depth == end then
          found value
        else if isAttrs value && value ? ${elemAt path depth} then
          step (depth + 1) value.${elemAt path depth}
        else
          missing;
    in
    step 0 set;

  setAttrByPath =
    path: value:
    let
      end = length path;
      step = depth: if depth == end then value else { ${elemAt path depth} = step (depth + 1); };
    in
    step 0;

  recursiveUpdateUntil =
    stop: left: right:
    let
      merge =
        path: l: r:
        l
        // mapAttrs (
          name: new:
          if !l ? ${name} then
            new
          else
            let
              here = path ++ [ name ];
            in
            if stop here l.${name} new then new else merge here l.${name} new
        ) r;
    in
    merge [ ] left right;

  mapAttrsRecursiveCond =
    descend: f: set:
    let
      walk =
        path:
        mapAttrs (
          name: value:
          let
            here = path ++ [ name ];
          in
          if isAttrs value && descend value then walk here value else f here value
        );
    in
    walk [ ] set;
in
{
  inherit setAttrByPath recursiveUpdateUntil mapAttrsRecursiveCond;

  attrByPath =
    path: default: set:
    lookup {
      found = value: value;
      missing = default;
    } path set;
  hasAttrByPath = lookup {
    found = _: true;
    missing = false;
  };
  getAttrFromPath =
    path:
    lookup {
      found = value: value;
      missing = throw "there is no attribute at ${builtins.concatStringsSep "." path}";
    } path;
  longestValidPathPrefix =
    path: set:
    let
      end = length path;
      step =
        depth: value:
        if depth < end && isAttrs value && value ? ${elemAt path depth} then
          step (depth + 1) value.${elemAt path depth}
        else
          depth;
    in
    lib.take (step 0 set) path;

  recursiveUpdate =
    let
      merge =
        l: r:
        l
        // mapAttrs (
          name: new: if l ? ${name} && isAttrs new && isAttrs l.${name} then merge l.${name} new else new
        ) r;
    in
    merge;
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsToListRecursive = lib.mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    descend: f: set:
    let
      walk =
        path: value:
        if isAttrs value && (path == [ ] || descend path value) then
          concatMap (name: walk (path ++ [ name ]) value.${name}) (attrNames value)
        else
          [ (f path value) ];
    in
    walk [ ] set;
  filterAttrsRecursive =
    keep: set:
    mapAttrs (_: value: if isAttrs value then lib.filterAttrsRecursive keep value else value) (
      lib.filterAttrs keep set
    );
  collect =
    wanted: set:
    if wanted set then
      [ set ]
    else if isAttrs set then
      concatMap (name: lib.collect wanted set.${name}) (attrNames set)
    else
      [ ];
  matchAttrs =
    pattern: set:
    builtins.all (
      name:
      set ? ${name}
      && (
        if isAttrs pattern.${name} && isAttrs set.${name} then
          lib.matchAttrs pattern.${name} set.${name}
        else
          pattern.${name} == set.${name}
      )
    ) (attrNames pattern);
  showAttrPath =
    path:
    if path == [ ] then
      "<root attribute path>"
    else
      lib.concatMapStringsSep "." lib.escapeNixIdentifier path;

  # Each update is { path; update = old: new; }; an old value that is not there is an error only when used.
  updateManyAttrsByPath =
    updates: set:
    foldl' (
      acc: u:
      let
        old = lib.getAttrFromPath u.path acc;
      in
      if u.path == [ ] then
        u.update acc
      else
        recursiveUpdateUntil (
          path: _: _:
          path == u.path
        ) acc (setAttrByPath u.path (u.update old))
    ) set (lib.sortOn (u: length u.path) updates);
}
