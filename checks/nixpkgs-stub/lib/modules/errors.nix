# What is said when modules do not fit together. Each message names the option and the file.
{ lib }:
let
  inherit (builtins) typeOf;
  inherit (lib) showDefs showFiles showOption;
  quote = text: "`${text}'";

  # The three sibling options whose names are most like the last part of a path.
  closest =
    loc: siblings:
    let
      wanted = lib.last loc;
      parent = lib.init loc;
    in
    map (name: showOption (parent ++ [ name ])) (
      lib.take 3 (lib.sortOn (lib.strings.levenshtein wanted) siblings)
    );
  names = list: lib.concatMapStringsSep ", " quote list;
in
{
  strayAttributes =
    file: stray:
    "Module ${quote file} has an unsupported attribute ${names stray}. A module with `config' or `options' keeps all its definitions inside `config': move ${names stray} there.";
  notAModule =
    file: kind:
    "A value of type \"${kind}\" stands in ${quote file} where a module is expected. ${
      if kind == "configuration" then
        "An evaluated configuration cannot be imported; import the modules it was made from."
      else if kind == "flake" then
        "A flake is not a module; import one of its outputs, such as `nixosModules.default'."
      else
        "Only functions, attribute sets and paths can be imported."
    }";
  nestedList =
    file: m:
    "The imports of ${quote file} hold a nested list, of ${toString (builtins.length m)} elements. Remove one pair of brackets.";
  notASet =
    file: m:
    "The file ${quote file} does not look like a module: it evaluates to a ${typeOf m} instead of an attribute set or a function.";
  wrongClass =
    record: class:
    "The module ${quote record.file} (class: ${builtins.toJSON record.class}) cannot be imported into modules of class ${builtins.toJSON class}. Was it meant for another kind of configuration?";
  cannotDisable =
    file: m:
    "Module ${quote file} has a disabledModules item of type ${typeOf m} that does not have a `key' attribute: give the module a `key', or disable it by its path.";

  unknownOption =
    {
      loc,
      defs,
      siblings,
    }:
    "The option ${quote (showOption loc)} does not exist. Definition values:${showDefs defs}\n${
      if siblings == [ ] then
        "There are no options at this place."
      else
        "The nearest options: ${names (closest loc siblings)}."
    }";
  notASetOfOptions =
    loc: file: value:
    "${quote (showOption loc)} is a set of options, but ${quote file} gives it a value of type ${quote (typeOf value)} rather than an attribute set. Define the options inside it.";
  optionsNotASet =
    loc: file: value:
    "What ${quote file} declares below `options' at ${quote (showOption loc)} is of type ${quote (typeOf value)} rather than an attribute set. Is it a definition that belongs into `config'?";
  declaredTwice =
    loc: file: earlier: why:
    "The option ${quote (showOption loc)} in ${quote file} is already declared in ${showFiles earlier}${why}.";
  nestedInOption =
    loc: optionFiles: typeName: below:
    "The option ${quote (showOption loc)} in ${showFiles optionFiles} is of type ${quote typeName}, which does not support nested options. Nested are:${
      lib.concatMapStrings (path: "\n- ${quote path}") below
    }";
  readOnly =
    loc: defs:
    "The option ${quote (showOption loc)} is read-only and has more than one definition:${showDefs defs}";
  notOfType =
    loc: type: defs:
    "A definition for option ${quote (showOption loc)} is not of type ${quote type.description}. Definition values:${showDefs defs}";
  noValue =
    loc:
    "The option ${quote (showOption loc)} is used but has no value defined. Define it, or give the option a default.";
  conditionNotBool =
    file: value:
    "A `mkIf' in ${quote file} has a non-Boolean condition: it is of type ${quote (typeOf value)}.";
}
