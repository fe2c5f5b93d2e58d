# Facts: what nodes told about themselves, read from files beside the user's flake.
{ lib, errors }:
let
  inherit (errors) quote;

  # As much as `netlib facts gather` takes.
  longest = 4096;
  # How many nodes a message names.
  longestList = 8;
  isFact =
    pattern: value: builtins.stringLength value <= longest && builtins.match pattern value != null;
in
{
  # What facts/<node>.json of the flake says; nothing when there is no such file.
  read =
    self: node:
    let
      file = "${self}/facts/${node}.json";
      content = builtins.addErrorContext "while reading facts/${node}.json (help: Correct facts/${node}.json, or remove it and run: netlib facts gather --on ${node})" (
        builtins.fromJSON (builtins.readFile file)
      );
    in
    if !builtins.pathExists file then
      { }
    else if
      builtins.isAttrs content && builtins.all builtins.isString (builtins.attrValues content)
    then
      content
    else
      errors.fail "facts/${node}.json must be a JSON object of strings. Remove it and run: netlib facts gather --on ${node}";

  # A fact of a node, for the configuration of another. Missing and bad ones are an error only for who asks.
  get =
    { nodes, requests }:
    {
      node,
      name,
      # A node, or words for whoever it is.
      neededBy,
    }:
    let
      needer = if nodes ? ${neededBy} then "node ${quote neededBy}" else neededBy;
      value = nodes.${node}.facts.${name};
      # All that is missing is gathered in one go, so it is told in one.
      missingOf =
        other:
        builtins.filter (fact: !(nodes.${other}.facts ? ${fact})) (builtins.attrNames requests.${other});
      lacking = builtins.filter (other: nodes ? ${other} && missingOf other != [ ]) (
        builtins.attrNames requests
      );
      inherit (requests.${node}.${name} or { pattern = "[ -~]+"; }) pattern;
      failed =
        problem:
        errors.fail (
          "${needer} needs the fact ${quote name} of node ${quote node}, ${problem}. "
          + "Run: netlib facts gather --on ${node}\n"
          + "(a new file must be known to git: git add facts)"
        );
    in
    if !(nodes.${node}.facts ? ${name}) && builtins.length lacking > 1 then
      errors.fail (
        "facts have not been gathered yet:\n"
        + lib.concatMapStrings (other: "  ${other}: ${lib.concatStringsSep ", " (missingOf other)}\n") (
          lib.take longestList lacking
        )
        +
          lib.optionalString (builtins.length lacking > longestList)
            "  and ${toString (builtins.length lacking - longestList)} more nodes\n"
        + "help: netlib facts gather, and git add facts: a new file must be known to git"
      )
    else if !(nodes.${node}.facts ? ${name}) then
      failed "which has not been gathered"
    else if !isFact pattern value then
      failed "but what facts/${node}.json has does not match ${pattern}"
    else
      value;
}
