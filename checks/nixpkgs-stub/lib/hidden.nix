# Names that parts of this lib share among themselves, by namespace; `top` for `lib` itself.
{
  top = [
    "asciiTable"
    "assertEachOneOf"
    "availableOn"
    "charToInt"
    "checkAssertWarn"
    "codeName"
    "commonPrefix"
    "commonPrefixLength"
    "commonSuffixLength"
    "defaultOrderPriority"
    "defaultOverridePriority"
    "escapeC"
    "escapeNixIdentifier"
    "escapeNixString"
    "filterOverrides'"
    "findFirstIndex"
    "floatToString"
    "importApply"
    "isConvertibleWithToString"
    "levenshtein"
    "levenshteinAtMost"
    "listFilesRecursive"
    "literalCode"
    "longestValidPathPrefix"
    "mkAliasAndWrapDefsWithPriority"
    "mkAliasIfDef"
    "normalizePath"
    "oldestSupportedRelease"
    "pushDown"
    "release"
    "renderOptionValue"
    "revisionWithDefault"
    "sanitizeDerivationName"
    "showDefs"
    "storeDir"
    "throwTestFailures"
    "unionOfDisjoint"
    "versionSuffix"
  ];
  lists = [ "commonPrefixLength" ];
  modules = [ "pushDown" ];
  strings = [ "asciiTable" ];
  types = [
    "elementFunctor"
    "mkLeafType"
  ];
}
