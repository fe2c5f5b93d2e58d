# Definitions of one option handed on to another.
{ lib }:
{
  mkAliasDefinitions = lib.mkAliasAndWrapDefinitions lib.id;
  mkAliasAndWrapDefinitions =
    wrap: option: lib.mkIf option.isDefined (wrap (lib.mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    lib.mkIf option.isDefined (lib.mkOverride option.highestPrio (wrap (lib.mkMerge option.definitions)));
  mkAliasIfDef = option: lib.mkIf (lib.isOption option && option.isDefined);
}
