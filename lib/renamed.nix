# Options that had another name before: whoever still sets one is told the new one, before anything else is looked at.
{ lib, errors }:
let
  type =
    new:
    lib.mkOptionType {
      name = "renamed";
      description = "nothing: this option has another name now";
      # Not looked at: an old value is not worth an error of its own.
      check = _: true;
      # The default is a definition too, of this file.
      merge =
        loc: defs:
        let
          files = errors.filesIn defs;
        in
        lib.optional (files != [ ]) {
          old = lib.showOption loc;
          new = lib.showOption (lib.init loc ++ lib.toList new);
          inherit files;
        };
    };

  shown = item: "${item.old} is ${item.new} now${errors.inFiles item.files}.";
  # Of many nodes that say the same some will do.
  listed = 10;
in
{
  /**
    The option of an old name. Its value is a list of what still sets it, for `refuse`.

    # Type

    ```
    option :: newName | [ newName ] -> option
    ```
  */
  option =
    new:
    lib.mkOption {
      type = type new;
      default = [ ];
      internal = true;
      visible = false;
      description = "Has the name `${lib.concatStringsSep "." (lib.toList new)}` now.";
    };

  /**
    What `refuse` says of values that stand where their options do not belong: `{ old; new; files; }`.

    # Type

    ```
    moved :: { old = string; new = string; defs = [ definition ]; } -> { old; new; files; }
    ```
  */
  moved =
    {
      old,
      new,
      defs,
    }:
    {
      inherit old new;
      files = errors.filesIn defs;
    };

  /**
    Lets the value through when nothing has an old name.

    # Type

    ```
    refuse :: [ { old; new; files; } ] -> value -> value
    ```
  */
  refuse =
    found: value:
    let
      count = builtins.length found;
    in
    if found == [ ] then
      value
    else
      errors.fail (
        "${if count == 1 then "an option has" else "${toString count} options have"} another name now:"
        + lib.concatMapStrings (item: "\n- ${shown item}") (lib.take listed found)
        + lib.optionalString (count > listed) "\n- and ${toString (count - listed)} more"
        + "\nAll old and new names are in docs/changes.md."
      );
}
