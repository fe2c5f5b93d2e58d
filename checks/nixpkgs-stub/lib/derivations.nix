# Derivations seen as values.
{ lib }:
{
  lazyDerivation =
    {
      derivation,
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }:
    {
      type = "derivation";
      inherit (derivation)
        drvPath
        name
        outPath
        outputName
        system
        ;
      inherit outputs;
    }
    // lib.genAttrs outputs (output: derivation.${output})
    // lib.optionalAttrs (meta != null) { inherit meta; }
    // passthru;
  optionalDrvAttr = condition: value: if condition then value else null;
  warnOnInstantiate = message: drv: drv // { drvPath = lib.warn message drv.drvPath; };
}
