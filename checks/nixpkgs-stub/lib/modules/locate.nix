# Modules that know where they were written.
_:
let
  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };
in
{
  inherit setDefaultModuleLocation;
  importApply = path: staticArgs: setDefaultModuleLocation path (import path staticArgs);
  importTOML = path: setDefaultModuleLocation path (builtins.fromTOML (builtins.readFile path));
  importJSON = path: setDefaultModuleLocation path (builtins.fromJSON (builtins.readFile path));
}
