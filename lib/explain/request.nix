# The answer to `netlib explain NODE OPTION`, as one document: what is wrong with the question, the answer as data and as text.
{ lib, errors }:
# A function from a node and a path.
explain:
let
  inherit (import ./path.nix { inherit lib errors; }) parse;
  inherit (import ./text.nix { inherit lib; }) render;
in
{
  node,
  # As people write it.
  option,
  # Definitions that lost are evaluated by nobody else, so their failure must not hide the answer: then the driver asks without them.
  overridden ? true,
}:
let
  path = parse option;
  whole = explain node path.names;
  found = if overridden then whole else removeAttrs whole [ "overridden" ];
  problem =
    if path.problem != null then
      "${path.problem}."
    else if found.kind == "missing" then
      found.message
    else
      null;
in
if problem != null then
  {
    problems = [ problem ];
    found = null;
    text = null;
  }
else
  {
    problems = [ ];
    inherit found;
    text = render found;
  }
