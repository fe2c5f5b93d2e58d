# A request: what somebody asks of a network, with every field filled in, and what is wrong with it. Whatever is in it, nothing throws.
{
  lib,
  errors,
}:
let
  inherit (errors) meant quoteList quoteWord;

  version = 3;
  goals = import ./goal.nix { inherit lib; };
  purposes = import ./purposes.nix;

  isText = builtins.isString;
  isTexts = value: builtins.isList value && builtins.all isText value;
  oneOf = names: {
    shape = "one of ${quoteList names}";
    accepts = value: isText value && builtins.elem value names;
    inherit names;
  };
  orNull = type: type // { accepts = value: value == null || type.accepts value; };
  text = {
    shape = "a text";
    accepts = isText;
  };
  texts = {
    shape = "a list of texts";
    accepts = isTexts;
  };
  bool = {
    shape = "true or false";
    accepts = builtins.isBool;
  };

  fields = {
    version = {
      default = version;
      type = {
        accepts = value: value == version;
        says =
          value:
          "the request has version ${
            if builtins.isInt value then toString value else "of type ${builtins.typeOf value}"
          }, and this netlib library understands version ${toString version}. Use the netlib command of the flake's own netlib: nix run .#netlib";
      };
    };
    command = {
      default = "deploy";
      type = oneOf (builtins.attrNames purposes);
    };
    on = {
      default = [ ];
      type = texts;
    };
    goal = {
      default = null;
      type = orNull (oneOf goals.names);
    };
    preview = {
      default = false;
      type = bool;
    };
    reboot = {
      default = false;
      type = bool;
    };
    rollouts = {
      default = [ ];
      type = texts;
    };
    plan = {
      default = null;
      type = orNull text;
    };
    # Of the deployer: its Nix system, and the folder that the flake is, if it is one.
    system = {
      default = "deployer";
      type = text;
    };
    folder = {
      default = null;
      type = orNull text;
    };
    words = {
      default = [ ];
      type = texts;
    };
    stage = {
      default = 0;
      type = {
        shape = "a number, counted from 0";
        accepts = value: builtins.isInt value && value >= 0;
      };
    };
    to = {
      default = null;
      type = orNull {
        shape = "a number of a generation";
        accepts = value: builtins.isInt value && value > 0;
      };
    };
    show = {
      default = null;
      type = orNull (oneOf [
        "text"
        "full"
        "dot"
        "nothing"
      ]);
    };
  };
  defaults = lib.mapAttrs (_: field: field.default) fields;

  unknownField =
    name:
    "the request has the field ${quoteWord name}, which this netlib library does not know.${meant name (builtins.attrNames fields)} Update the netlib input of the flake: it is older than the netlib command";

  wrongValue =
    name: value:
    let
      inherit (fields.${name}) type;
    in
    if type ? says then
      type.says value
    else if isText value then
      "${name} cannot be ${quoteWord value}.${
        lib.optionalString (type ? names) (meant value type.names)
      } It is ${type.shape}"
    else
      "${name} is ${type.shape}, not a value of type ${builtins.typeOf value}";

  read =
    given:
    let
      known = builtins.intersectAttrs fields given;
      parts = builtins.partition (name: fields.${name}.type.accepts known.${name}) (
        builtins.attrNames known
      );
    in
    {
      request = defaults // lib.getAttrs parts.right known;
      problems =
        map unknownField (builtins.attrNames (removeAttrs given (builtins.attrNames fields)))
        ++ map (name: wrongValue name known.${name}) parts.wrong;
    };
in
{
  inherit version;

  /**
    A request with all of its fields, and the texts of what is wrong with it.

    # Type

    ```
    read :: any -> { request; problems = [ string ]; }
    ```
  */
  read =
    given:
    if builtins.isAttrs given then
      read given
    else
      {
        request = defaults;
        problems = [ "a request is a set of fields, not a value of type ${builtins.typeOf given}" ];
      };
}
