# Where a value comes from, for people: the value first, then who gave it.
{ lib }:
let
  inherit (lib) optional optionalString;

  # The lines of a text, without an empty one at its end.
  indented =
    text:
    lib.concatMapStringsSep "\n" (line: "    ${line}") (
      lib.splitString "\n" (lib.removeSuffix "\n" text)
    );

  # A priority as people write it.
  strength =
    priority:
    {
      "50" = "mkForce";
      "1000" = "mkDefault";
      "1500" = "the option's default";
    }
    .${toString priority} or "priority ${toString priority}";

  place =
    {
      file,
      via,
      origin,
      ...
    }:
    optionalString (origin != null) "${origin}: " + file + optionalString (via != null) ", as ${via}";

  defined = how: definition: "- ${place definition}${how}\n${indented definition.value}";

  option =
    found:
    let
      how =
        if found.isDefault then
          " (the default)"
        else if found.priority == null || found.priority == 100 then
          ""
        else
          " (${strength found.priority})";
      overridden = found.overridden or null;
    in
    lib.concatLines (
      [
        "${found.option} of ${found.node}:"
        (indented found.value)
      ]
      ++ optional (found.type != null) "type: ${found.type}"
      ++ [
        ""
        "defined${how} by"
      ]
      ++ map (defined "") found.definitions
      ++ optional (
        overridden == null
      ) "not shown: overridden definitions, because evaluating one of them fails"
      ++ lib.optionals (overridden != null && overridden != [ ]) (
        [ "overridden:" ] ++ map (lost: defined " (${strength lost.priority})" lost) overridden
      )
      ++ map (declaration: "declared in ${place declaration}") found.declarations
    );
in
{
  /**
    What `explain` found, as text; null when there is nothing to explain.

    # Type

    ```
    render :: found -> null | string
    ```
  */
  render =
    found:
    {
      inherit option;
      options = found: lib.concatMapStrings (child: "${found.option}.${child}\n") found.children;
      missing = _: null;
    }
    .${found.kind}
      found;
}
