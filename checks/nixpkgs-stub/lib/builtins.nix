# Functions of the language itself that are also reachable from `lib`.
{
  inherit (builtins)
    addErrorContext
    appendContext
    baseNameOf
    compareVersions
    convertHash
    dirOf
    fromJSON
    fromTOML
    getContext
    hasContext
    hashFile
    hashString
    parseDrvName
    placeholder
    readDir
    readFileType
    toFile
    toString
    toXML
    tryEval
    typeOf
    unsafeGetAttrPos
    ;
}
