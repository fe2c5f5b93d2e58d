# What a module author writes to declare an option.
{ lib }:
let
  mkOption =
    {
      default ? null,
      defaultText ? null,
      example ? null,
      description ? null,
      relatedPackages ? null,
      type ? null,
      apply ? null,
      internal ? null,
      visible ? null,
      readOnly ? null,
    }@given:
    given // { _type = "option"; };

  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };

  # A package option takes its default from `pkgs`, by attribute path.
  mkPackageOption =
    pkgs: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
      pkgsText ? "pkgs",
    }:
    let
      path = value: if builtins.isList value then value else lib.splitString "." value;
      text = value: literalExpression "${pkgsText}.${lib.concatStringsSep "." (path value)}";
      nameText = if builtins.isList name then lib.last name else name;
      inner = lib.types.package;
    in
    mkOption (
      {
        description =
          "The ${nameText} package to use."
          + lib.optionalString (extraDescription != "") " ${extraDescription}";
        type = if nullable then lib.types.nullOr inner else inner;
      }
      // lib.optionalAttrs (default != null) {
        default =
          lib.attrByPath (path default)
            (throw "${lib.concatStringsSep "." (path default)} cannot be found in ${pkgsText}")
            pkgs;
        defaultText = text default;
      }
      // lib.optionalAttrs (nullable && default == null) { default = null; }
      // lib.optionalAttrs (example != null) {
        example = if builtins.isList example || builtins.isString example then text example else example;
      }
    );
in
{
  inherit mkOption literalExpression mkPackageOption;

  isOption = value: value._type or null == "option";
  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = lib.types.bool;
    };
  mkSinkUndeclaredOptions =
    given:
    mkOption (
      {
        internal = true;
        visible = false;
        default = false;
        description = "Takes any definition and drops it.";
        type = lib.mkOptionType {
          name = "sink";
          check = _: true;
          merge = _: _: false;
        };
        apply = _: throw "this option has no value: it only takes definitions";
      }
      // given
    );
  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };
  literalCode = languageTag: text: lib.literalMD "```${languageTag}\n${text}\n```";
}
