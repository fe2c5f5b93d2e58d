# The path of an option as people write it: `a."b.c".d`.
{ lib, errors }:
let
  inherit (errors) quoteWord;

  # Names with dots stand between quotes; the parts of a split at quotes are by turns outside and inside of them.
  pieces = text: lib.splitString "\"" text;

  names =
    text:
    let
      step =
        state:
        { fst, snd }:
        let
          parts = if snd then [ fst ] else lib.splitString "." fst;
        in
        {
          done = state.done ++ lib.init ([ (state.open + builtins.head parts) ] ++ builtins.tail parts);
          open = lib.last ([ (state.open + builtins.head parts) ] ++ builtins.tail parts);
        };
      inside = lib.genList (index: lib.mod index 2 == 1) (builtins.length (pieces text));
      ended = lib.foldl' step {
        done = [ ];
        open = "";
      } (lib.zipLists (pieces text) inside);
    in
    ended.done ++ [ ended.open ];

  isOpen = text: lib.mod (builtins.length (pieces text)) 2 == 0;
in
{
  /**
    The names of a path, or what is wrong with it.

    # Type

    ```
    parse :: string -> { names = [ string ]; problem = null | string; }
    ```
  */
  parse =
    text:
    let
      found = names text;
    in
    if builtins.stringLength text > 10000 || isOpen text || builtins.elem "" found then
      {
        names = [ ];
        problem = "${quoteWord text} is not a valid option. Write names separated by dots, such as networking.hostName, and those with dots in quotes";
      }
    else
      {
        names = found;
        problem = null;
      };
}
