# Options as plain records, for generated pages.
{ lib }:
let
  inherit (builtins) concatMap isAttrs isFunction;

  asNixText =
    value:
    if value ? _type && value ? text then
      value
    else
      lib.literalExpression (
        lib.generators.toPretty {
          multiline = true;
          allowPrettyValues = true;
        } value
      );

  # A value with its functions and derivations cut to something that can be shown.
  scrub =
    value:
    if lib.isDerivation value then
      if value ? name then value.name else "«derivation»"
    else if isAttrs value then
      lib.mapAttrs (_: scrub) (removeAttrs value [ "_args" ])
    else if builtins.isList value then
      map scrub value
    else if isFunction value then
      "<function>"
    else
      value;

  record =
    option:
    {
      inherit (option) loc;
      name = lib.showOption option.loc;
      description = option.description or null;
      declarations = builtins.filter (file: file != lib.unknownModule) option.declarations;
      internal = option.internal or false;
      visible =
        if builtins.isString (option.visible or true) then
          option.visible == "shallow"
        else
          option.visible or true;
      readOnly = option.readOnly or false;
      type = option.type.description or "unspecified";
    }
    // lib.optionalAttrs (option ? example) { example = asNixText option.example; }
    // lib.optionalAttrs (option ? defaultText || option ? default) {
      default =
        builtins.addErrorContext "while documenting the default of `${lib.showOption option.loc}'"
          (asNixText (option.defaultText or option.default));
    }
    // lib.optionalAttrs (option ? relatedPackages && option.relatedPackages != null) {
      inherit (option) relatedPackages;
    };

  hasSubOptions = option: option.visible or true != "shallow" && option.visible or true != false;
in
{
  scrubOptionValue = scrub;
  renderOptionValue = asNixText;
  optionAttrSetToDocList = lib.optionAttrSetToDocList' [ ];
  optionAttrSetToDocList' =
    _: options:
    concatMap (
      option:
      let
        own = record option;
        below = option.type.getSubOptions or (_: { }) option.loc;
      in
      [ own ]
      ++ lib.optionals (hasSubOptions option && below != { }) (
        lib.optionAttrSetToDocList' option.loc below
      )
    ) (lib.collect lib.isOption options);
}
