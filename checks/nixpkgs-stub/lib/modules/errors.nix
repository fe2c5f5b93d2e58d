# What is said when modules do not fit together. Each message names the option and the file.
{ lib }:
let
  inherit (builtins) typeOf;
  inherit (lib) showDefs showFiles showOption;
  quote = text: "`${text}'";
  names = list: lib.concatMapStringsSep ", " quote list;
in
{
  strayAttributes =
    file: stray:
    "Module ${quote file} has an unsupported attribute ${names stray}. A module with `config' or `options' keeps all its definitions inside `config': move ${names stray} there.";
  notAModule =
    file: kind:
    "Expected a module, but found a value of type \"${kind}\" in ${quote file}. ${
      if kind == "configuration" then
        "An evaluated configuration cannot be imported; import the modules it was made from."
      else if kind == "flake" then
        "A flake is not a module; import one of its outputs, such as `nixosModules.default'."
      else
        "Only functions, attribute sets and paths can be imported."
    }";
  nestedList =
    file: m: "Module imports can't be nested lists, but ${quote file} imports a list of ${toString (builtins.length m)} elements. Remove one level of brackets.";
  notASet = file: m: "The file ${quote file} does not look like a module: it evaluates to a ${typeOf m} instead of an attribute set or a function.";
  wrongClass =
    record: class:
    "The module ${quote record.file} (class: ${builtins.toJSON record.class}) cannot be imported into a module evaluation that expects class ${builtins.toJSON class}.";
  cannotDisable =
    file: m: "Module ${quote file} has a disabledModules item of type ${typeOf m} that does not have a `key' attribute: give the module a `key', or disable it by its path.";

  unknownOption =
    { loc, defs, siblings }:
    "The option ${quote (showOption loc)} does not exist. Definition values:${showDefs defs}\n${
      if siblings == [ ] then
        "There are no options there."
      else
        "Options there: ${names siblings}."
    }";
  notASetOfOptions =
    loc: file: value:
    "In ${quote file}, the option set ${quote (showOption loc)} is given a value of type ${quote (typeOf value)} rather than an attribute set for the option ${quote (showOption loc)}. Define the options inside it instead.";
  optionsNotASet =
    loc: file: value:
    "An option declaration for ${quote (showOption loc)} in ${quote file} has type `${typeOf value}' where an option or a set of options was expected: did not expect to find a value here.";
  declaredTwice =
    loc: file: earlier: why:
    "The option ${quote (showOption loc)} in ${quote file} is already declared in ${showFiles earlier}${why}.";
  nestedInOption =
    loc: optionFiles: typeName: below:
    "The option ${quote (showOption loc)} in ${showFiles optionFiles} would be a parent of the following options, but its type ${quote typeName} does not support nested options.${
      lib.concatMapStrings (path: "\n- option(s) with prefix ${quote path}") below
    }";
  readOnly =
    loc: defs: "The option ${quote (showOption loc)} is read-only, but it's set multiple times. Definition values:${showDefs defs}";
  notOfType =
    loc: type: defs:
    "A definition for option ${quote (showOption loc)} is not of type ${quote type.description}. Definition values:${showDefs defs}";
  noValue =
    loc: "The option ${quote (showOption loc)} was accessed but has no value defined. Try setting the option.";
  conditionNotBool =
    file: value: "`mkIf' called with a non-Boolean condition, of type ${typeOf value}, in ${quote file}.";
}
