# A request on the command line of `nix eval --apply`: as text of Nix in which nothing is code.
let
  # What means something between the quotes of Nix. Carriage returns would be read as line feeds; all other characters stand for
  # themselves. A request has no zero byte, which no argument can hold.
  special = [
    "\\"
    "\""
    "$"
    "\n"
    "\r"
  ];
  written = [
    "\\\\"
    "\\\""
    "\\$"
    "\\n"
    "\\r"
  ];
  quoted = text: "\"${builtins.replaceStrings special written text}\"";
in
{
  /**
    A text as Nix writes it.

    # Type

    ```
    quoted :: string -> string
    ```

    # Example

    ```nix
    quoted "a\"b\${c}"
    => "\"a\\\"b\\\${c}\""
    ```
  */
  inherit quoted;

  /**
    The function that `nix eval FLAKE#netlibConfigurations.NET.planFor --apply` gets for a request. Only JSON text is quoted, so
    whatever is in the request stays a value.

    # Type

    ```
    applied :: request -> string
    ```

    # Example

    ```nix
    applied { on = [ "@edge" ]; }
    => "f: f (builtins.fromJSON \"{\\\"on\\\":[\\\"@edge\\\"]}\")"
    ```
  */
  applied = request: "f: f (builtins.fromJSON ${quoted (builtins.toJSON request)})";
}
