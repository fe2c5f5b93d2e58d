# Pieces of text with dependencies between them, put in order (activation scripts).
{ lib }:
let
  # Everything `names` need comes before them, each piece once.
  order =
    pieces: names:
    let
      visit =
        done: name:
        if builtins.elem name done then
          done
        else
          builtins.foldl' visit done pieces.${name}.deps ++ [ name ];
    in
    lib.unique (builtins.foldl' visit [ ] names);
in
{
  textClosureList = pieces: names: map (name: pieces.${name}.text) (order pieces names);
  textClosureMap =
    f: pieces: names:
    lib.concatStringsSep "\n" (map f (lib.textClosureList pieces names));
  noDepEntry = text: {
    inherit text;
    deps = [ ];
  };
  fullDepEntry = text: deps: { inherit text deps; };
  packEntry = deps: {
    inherit deps;
    text = "";
  };
  stringAfter = deps: text: { inherit text deps; };
}
