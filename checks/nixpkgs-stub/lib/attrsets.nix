# Attribute sets, one level deep.
{ lib }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    foldl'
    hasAttr
    isAttrs
    listToAttrs
    map
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  nameValuePair = name: value: { inherit name value; };
  isDerivation = value: value.type or null == "derivation";
  getOutput =
    output: package:
    if !package ? outputSpecified || !package.outputSpecified then
      package.${output} or package.out or package
    else
      package;
in
{
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit nameValuePair isDerivation getOutput;

  mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  attrsToList = set: map (name: nameValuePair name set.${name}) (attrNames set);
  concatMapAttrs = f: set: foldl' (acc: name: acc // f name set.${name}) { } (attrNames set);
  foldlAttrs =
    f: initial: set:
    foldl' (acc: name: f acc name set.${name}) initial (attrNames set);
  filterAttrs = keep: set: removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  genAttrs' = xs: f: listToAttrs (map f xs);
  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: lib.genAttrs names (name: set.${name});
  optionalAttrs = condition: set: if condition then set else { };
  unionOfDisjoint =
    a: b:
    let
      shared = builtins.intersectAttrs a b;
    in
    a // b // mapAttrs (name: _: throw "both sets have the attribute: collision on ${name}") shared;
  mergeAttrsList = foldl' (a: b: a // b) { };
  foldAttrs =
    f: initial: sets:
    zipAttrsWith (_: lib.foldr f initial) sets;
  zipAttrs = zipAttrsWith (_: values: values);
  zipAttrsWithNames =
    names: f: sets:
    lib.genAttrs names (name: f name (builtins.catAttrs name sets));
  cartesianProduct =
    set:
    foldl' (
      products: name:
      concatMap (product: map (value: product // { ${name} = value; }) set.${name}) products
    ) [ { } ] (attrNames set);
  mapCartesianProduct = f: set: map f (lib.cartesianProduct set);
  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;

  toDerivation =
    path:
    let
      path' = builtins.storePath path;
    in
    {
      type = "derivation";
      name = builtins.unsafeDiscardStringContext (builtins.substring 33 (-1) (baseNameOf path'));
      outPath = path';
      outputs = [ "out" ];
      outputName = "out";
      out = lib.toDerivation path;
    };
  getFirstOutput =
    candidates: package:
    let
      found = filter (output: hasAttr output package) candidates;
    in
    if found == [ ] then package else getOutput (builtins.head found) package;
  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getDev = getOutput "dev";
  getMan = getOutput "man";
  getInclude = lib.getFirstOutput [
    "include"
    "dev"
  ];
  chooseDevOutputs = map lib.getDev;
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
}
