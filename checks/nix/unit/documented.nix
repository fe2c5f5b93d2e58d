# Every option of netlib and of its modules has a type, a description and an example.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit
    (subject.evaluate {
      imports = builtins.attrValues subject.modules;
      network.name = "docs";
    })
    options
    ;

  isWritten = text: text != null && (builtins.isString text -> text != "");
  problemsOf =
    option:
    let
      path = lib.showOption option.loc;
    in
    lib.optional (!(isWritten (option.description or null))) "${path}: no description"
    ++ lib.optional (!(option ? example)) "${path}: no example"
    ++ lib.optional (!(option ? type) || option.type.name == "unspecified") "${path}: no type";

  # Submodules' options as well, by way of the types.
  walk =
    value:
    if lib.isOption value then
      lib.optionals (!(value.internal or false)) (
        problemsOf value ++ walk (removeAttrs (value.type.getSubOptions value.loc) [ "_freeformOptions" ])
      )
    else
      lib.concatMap walk (builtins.attrValues (removeAttrs value [ "_module" ]));
  count =
    value:
    if lib.isOption value then
      1 + count (removeAttrs (value.type.getSubOptions value.loc) [ "_freeformOptions" ])
    else
      lib.foldl' (sum: item: sum + count item) 0 (builtins.attrValues (removeAttrs value [ "_module" ]));
in
{
  "all options are documented" = {
    expr = walk options;
    expected = [ ];
  };
  "the walk sees the options of submodules" = {
    expr = count options > 35;
    expected = true;
  };
}
