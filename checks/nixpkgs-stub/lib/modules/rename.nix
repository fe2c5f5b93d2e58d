# Modules that keep old option names working, or say what to use instead.
{ lib }:
let
  inherit (lib)
    attrByPath
    getAttrFromPath
    mkIf
    mkMerge
    mkOption
    setAttrByPath
    showOption
    ;

  warningsIf =
    {
      options,
      condition,
      message,
    }:
    lib.optionalAttrs (options ? warnings) { warnings = lib.optional condition message; };

  doRename =
    {
      from,
      to,
      visible,
      warn,
      use,
      withPriority ? true,
      condition ? true,
    }:
    { config, options, ... }:
    let
      old = getAttrFromPath from options;
      target = attrByPath to (throw "Renaming error: option `${showOption to}' does not exist.") options;
      handOn = if withPriority then lib.mkAliasAndWrapDefsWithPriority else lib.mkAliasAndWrapDefinitions;
    in
    {
      options = setAttrByPath from (
        mkOption {
          inherit visible;
          description = "Another name of {option}`${showOption to}`.";
          apply = _: use (getAttrFromPath to config);
        }
        // lib.optionalAttrs (target.type or null != null) { type = target.type; }
      );
      config = mkIf condition (mkMerge [
        (warningsIf {
          inherit options;
          condition = warn && old.isDefined;
          message = "The option `${showOption from}' defined in ${lib.showFiles old.files} is now called `${showOption to}'.";
        })
        (handOn (setAttrByPath to) old)
      ]);
    };
in
{
  inherit doRename;

  mkRenamedOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = false;
      warn = true;
      use = lib.warn "The option `${showOption from}' is read under its old name; it is now `${showOption to}'.";
    };
  mkAliasOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = true;
      warn = false;
      use = lib.id;
    };
  mkAliasOptionModuleMD = lib.mkAliasOptionModule;
  mkRemovedOptionModule =
    path: instead:
    { options, ... }:
    let
      option = getAttrFromPath path options;
    in
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply =
          _: throw "The option `${showOption path}' has been removed and can no longer be used. ${instead}";
      });
      config.assertions = [
        {
          assertion = !option.isDefined;
          message = "`${showOption path}' is defined in ${lib.showFiles option.files}, but this option was removed: delete the definition.\n${instead}";
        }
      ];
    };
  mkChangedOptionModule =
    from: to: change:
    lib.mkMergedOptionModule [ from ] to change;
  mkMergedOptionModule =
    from: to: merge:
    { config, options, ... }:
    {
      options = lib.foldl' lib.recursiveUpdate { } (
        map (
          path:
          setAttrByPath path (mkOption {
            visible = false;
            default = "_mkMergedOptionModule";
          })
        ) from
      );
      config =
        let
          used = builtins.filter (path: getAttrFromPath path config != "_mkMergedOptionModule") from;
        in
        mkMerge [
          (lib.mkIf (used != [ ]) (setAttrByPath to (merge config)))
          (warningsIf {
            inherit options;
            condition = used != [ ];
            message = lib.concatMapStringsSep "\n" (
              path: "The option `${showOption path}' was renamed to `${showOption to}' and its form has changed."
            ) used;
          })
        ];
    };
}
