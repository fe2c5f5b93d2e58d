# Calling functions with what they ask for, and overriding the results.
{ lib }:
let
  inherit (builtins) intersectAttrs isAttrs;

  makeOverridable =
    f:
    lib.mirrorFunctionArgs f (
      given:
      let
        result = f given;
        change = new: given // (if lib.isFunction new then new given else new);
      in
      if isAttrs result then
        result
        // {
          override = new: makeOverridable f (change new);
          overrideDerivation = g: makeOverridable (args: lib.overrideDerivation (f args) g) given;
        }
        // lib.optionalAttrs (result ? overrideAttrs) {
          overrideAttrs = g: makeOverridable (args: (f args).overrideAttrs g) given;
        }
      else if lib.isFunction result then
        {
          __functor = _: result;
          __functionArgs = lib.functionArgs result;
          override = new: makeOverridable f (change new);
        }
      else
        result
    );

  callPackageWith =
    scope: fileOrFunction: given:
    let
      f = if lib.isFunction fileOrFunction then fileOrFunction else import fileOrFunction;
      wanted = lib.functionArgs f;
      all = intersectAttrs wanted scope // given;
      missing = builtins.filter (name: !wanted.${name} && !all ? ${name}) (builtins.attrNames wanted);
    in
    if missing == [ ] then
      makeOverridable f all
    else
      throw "callPackage: nothing in scope for the argument${
        lib.optionalString (builtins.length missing > 1) "s"
      } ${lib.concatMapStringsSep ", " (name: "\"${name}\"") missing}";
in
{
  inherit makeOverridable callPackageWith;

  overrideDerivation =
    drv: f:
    derivation (drv.drvAttrs // f drv)
    // {
      meta = drv.meta or { };
    };
  callPackagesWith =
    scope: fileOrFunction: given:
    let
      f = if lib.isFunction fileOrFunction then fileOrFunction else import fileOrFunction;
    in
    f (intersectAttrs (lib.functionArgs f) scope // given);
  makeScope =
    newScope: f:
    let
      self = f self // {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
        overrideScope = g: lib.makeScope newScope (lib.extends g f);
        packages = f;
      };
    in
    self;
  extendDerivation =
    condition: passthru: drv:
    drv
    // passthru
    // {
      drvPath =
        assert condition;
        drv.drvPath;
      outPath =
        assert condition;
        drv.outPath;
    };
  hydraJob = drv: drv;
}
