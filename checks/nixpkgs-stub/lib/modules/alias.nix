# Definitions of one option handed on to another.
{ lib }:
let
  whenDefined = option: lib.mkIf (lib.isOption option && option.isDefined);
in
{
  mkAliasDefinitions = lib.mkAliasAndWrapDefinitions lib.id;
  mkAliasAndWrapDefinitions =
    wrap: option: whenDefined option (wrap (lib.mkMerge option.definitions));
  # The priority goes on each definition: a priority around a merge would hide the merge.
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    whenDefined option (
      wrap (lib.mkMerge (map (lib.mkOverride option.highestPrio) option.definitions))
    );
  mkAliasIfDef = whenDefined;
}
