# `evalModules`: modules in, configuration and options out.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    concatMap
    filter
    head
    length
    seq
    ;
  inherit (lib) mkOption types;
  errors = import ./errors.nix { inherit lib; };
  collect = import ./collect.nix { inherit lib; };
  inherit (import ./declarations.nix { inherit lib; }) build;

  ownFile = "lib/modules/evaluate.nix";

  # The options every evaluation has about itself.
  ownOptions = prefix: {
    args = mkOption {
      type = types.lazyAttrsOf types.raw;
      # Of interest on the top level, noise in each submodule.
      internal = prefix != [ ];
      description = "Further arguments for module functions. They cannot be used to decide `imports`; use `specialArgs` for that.";
      example = lib.literalExpression "{ domain = \"example.org\"; }";
    };
    check = mkOption {
      type = types.bool;
      internal = true;
      default = true;
      description = "Whether a definition without an option is an error.";
      example = false;
    };
    freeformType = mkOption {
      type = types.nullOr types.optionType;
      internal = true;
      default = null;
      description = "The type that takes definitions for which there is no option; null for none.";
      example = lib.literalExpression "types.attrsOf types.str";
    };
    specialArgs = mkOption {
      readOnly = true;
      internal = true;
      description = "The `specialArgs` this evaluation was made with.";
      example = lib.literalExpression "{ inherit inputs; }";
    };
  };

  evalModules =
    {
      modules,
      prefix ? [ ],
      specialArgs ? { },
      class ? null,
    }@given:
    let
      own = {
        _file = ownFile;
        key = ownFile;
        options._module = ownOptions prefix;
        config._module = {
          args = {
            inherit extendModules;
            moduleType = type;
          };
          inherit specialArgs;
        };
      };

      args = {
        lib = lib.public;
        inherit options specialArgs;
        config = addErrorContext "while reading `config' (an infinite recursion here means that imports or option names depend on it)" config;
        _class = class;
        _prefix = prefix;
      }
      // specialArgs;

      # As in the real lib, lists that modules share begin with the last module's part.
      records = lib.reverseList (
        collect {
          inherit class args config;
          modulesPath = specialArgs.modulesPath or "";
        } (modules ++ [ own ])
      );

      tree = build prefix records' (
        concatMap (
          record:
          lib.modules.pushDown {
            inherit (record) file;
            value = record.config;
          }
        ) records
      );
      records' = map (record: { inherit (record) file options; }) (
        filter (record: record.options != { }) records
      );

      declared = tree.config;
      freeformType = declared._module.freeformType;
      depth = length prefix;

      config =
        if freeformType == null then
          declared
        else if tree.unmatched == [ ] then
          declared
        else
          lib.recursiveUpdate (freeformType.merge prefix (
            map (def: {
              inherit (def) file;
              value = lib.setAttrByPath (lib.drop depth def.loc) def.value;
            }) tree.unmatched
          )) declared;

      checked =
        if declared._module.check && freeformType == null && tree.unmatched != [ ] then
          refuse (head tree.unmatched)
        else
          null;
      refuse =
        first:
        throw (
          errors.unknownOption {
            inherit (first) loc;
            siblings = filter (name: name != "_module") first.siblings;
            defs = filter (def: def.loc == first.loc) tree.unmatched;
          }
        );

      inherit (tree) options;

      extendModules =
        extension@{
          modules ? [ ],
          specialArgs ? { },
          prefix ? [ ],
        }:
        evalModules (
          given
          // {
            modules = given.modules ++ modules;
            specialArgs = given.specialArgs or { } // specialArgs;
            prefix = extension.prefix or given.prefix or [ ];
          }
        );

      type = types.submoduleWith {
        inherit modules specialArgs class;
      };
    in
    {
      _type = "configuration";
      config = seq checked (removeAttrs config [ "_module" ]);
      options = seq checked options;
      _module = seq checked config._module;
      inherit extendModules type class;
    };
in
{
  inherit evalModules;
}
