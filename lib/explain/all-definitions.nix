# All definitions of the modules of a system, overridden ones included: the module system shows only
# the strongest. So the same modules are evaluated once more without their options, and a freeform type catches what they say.
{ lib }:
let
  bookkeeping = {
    _file = null;
    disabledModules = null;
    key = null;
  };

  definitionsIn =
    module:
    if module ? config || module ? options then
      module.config or { }
    else
      removeAttrs module (
        builtins.attrNames bookkeeping
        ++ [
          "_class"
          "freeformType"
          "imports"
          "require"
        ]
      );

  withoutOptions =
    module:
    if lib.isFunction module then
      lib.setFunctionArgs (arguments: withoutOptions (module arguments)) (lib.functionArgs module)
    else if builtins.isAttrs module && module._type or "module" == "module" then
      builtins.intersectAttrs bookkeeping module
      // {
        imports = map withoutOptions (module.require or [ ] ++ module.imports or [ ]);
        config = definitionsIn module;
      }
    else if builtins.isAttrs module then
      module
    else
      {
        _file = toString module;
        key = toString module;
        imports = [ (withoutOptions (import module)) ];
      };

  everything = lib.mkOptionType {
    name = "everything";
    description = "definitions as they are";
    merge = _: definitions: { inherit definitions; };
  };
in
# An evaluated NixOS system, to a list of { file; value; }: a configuration with its properties.
system:
(system.lib.evalModules {
  modules = map withoutOptions system.type.getSubModules ++ [
    { _module.freeformType = everything; }
  ];
  # What modules are told is what the system knows: nothing depends on what this evaluation makes of it.
  specialArgs =
    system._module.specialArgs or { }
    // system._module.args
    // {
      inherit (system) options;
      config = system.config // {
        inherit (system) _module;
      };
    };
}).config.definitions
