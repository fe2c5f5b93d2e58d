# Pages about options, for people: every option that a network has, with what its author wrote about it. Knows no particular option.
{ lib }:
let
  # Where it was declared, as seen from the flake that it belongs to.
  relativeTo =
    roots: file:
    lib.foldl' (file: root: lib.removePrefix "${toString root}/" file) (toString file) roots;

  isPublic =
    option: option.visible && !option.internal && !builtins.elem "_module" (option.loc or [ ]);

  recordOf =
    roots: option:
    {
      inherit (option) loc name readOnly;
      description = lib.trim (textOf option.description);
      # An enumeration of names has none before a network defines some. Definitions without an option are only taken to be refused.
      type =
        builtins.replaceStrings
          [
            "impossible (empty enum)"
            "open submodule of (nothing else)"
            "open submodule of nothing else"
          ]
          [
            "name that the network defines"
            "submodule"
            "submodule"
          ]
          option.type;
      declarations = map (relativeTo roots) option.declarations;
    }
    // lib.optionalAttrs (option ? default) { inherit (option) default; }
    // lib.optionalAttrs (option ? example) { inherit (option) example; };

  # Descriptions may say that they are Markdown, which all are.
  textOf = value: if value == null then "" else value.text or value;

  # What a value is shown as: Markdown as it is, Nix as code, on lines of its own if it has several.
  shown =
    value:
    let
      text = lib.trim (textOf value);
    in
    if value._type or null == "literalMD" then
      " ${text}"
    else if lib.hasInfix "\n" text then
      "\n\n  ```nix\n${indented text}\n  ```\n"
    else
      " ${quoted text}";
  indented = text: lib.concatMapStringsSep "\n" (line: "  ${line}") (lib.splitString "\n" text);
  # A text with backticks stands between two of them.
  quoted = text: if lib.hasInfix "`" text then "`` ${text} ``" else "`${text}`";

  section =
    option:
    lib.concatStringsSep "\n" (
      [
        "## `${option.name}`"
        ""
        option.description
        ""
        "- Type: ${quoted option.type}${lib.optionalString option.readOnly ", read only"}"
      ]
      ++ lib.optional (option ? default) "- Default:${shown option.default}"
      ++ lib.optional (option ? example) "- Example:${shown option.example}"
      ++
        lib.optional (option.declarations != [ ])
          "- Declared in: ${lib.concatMapStringsSep ", " quoted option.declarations}"
    )
    + "\n";

  describe =
    { options, roots }:
    map (recordOf roots) (builtins.filter isPublic (lib.optionAttrSetToDocList options));
in
{
  /**
    What there is to say about each option, in the order of their names; `roots` are the folders that files are shown relative to.

    # Type

    ```
    describe :: { options; roots = [ path ]; } -> [ { name; loc; description; type; default?; example?; declarations; readOnly; } ]
    ```
  */
  inherit describe;

  /**
    A page of Markdown for each option at the top, with all that is below it, by its name.

    # Type

    ```
    pages :: { options; roots = [ path ]; } -> { <name> = string; }
    ```
  */
  pages =
    arguments:
    lib.mapAttrs (
      name: options: "# Options of ${name}\n\n${lib.concatMapStringsSep "\n" section options}"
    ) (lib.groupBy (option: builtins.head option.loc) (describe arguments));
}
