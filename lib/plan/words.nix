# What people say after a plan's name on the command line, by the arguments that the plan declares. Nothing throws.
{ lib, errors }:
let
  inherit (errors) meant quoteList quoteWord;

  goals = import ./goal.nix { inherit lib; };

  # Every plan knows these: they are of the request.
  common = {
    on.type = "text";
    goal.type = "goal";
    reboot.type = "flag";
  };

  ok = value: {
    inherit value;
    problem = null;
  };
  bad = problem: {
    value = null;
    inherit problem;
  };

  defaultsOf = {
    text = builtins.isString;
    node = builtins.isString;
    number = builtins.isInt;
    flag = builtins.isBool;
  };

  # What is wrong with what a plan declares. Names become variables, where `-` is `_`.
  mistakesOf =
    plan: arguments:
    let
      at = argument: problem: "plans.${plan}.arguments.${builtins.toJSON argument}: ${problem}";
      taken = builtins.attrNames common ++ [ "help" ];
      positions = builtins.filter (position: position != null) (
        lib.mapAttrsToList (_: argument: argument.position) arguments
      );
    in
    lib.concatLists (
      lib.mapAttrsToList (
        name: argument:
        lib.optional (builtins.match "[a-z][a-z0-9-]*" name == null || builtins.elem name taken) (
          at name "a name has lower-case letters, digits and -, begins with a letter and is none of ${quoteList taken}"
        )
        ++ lib.optional (argument.default != null && !(defaultsOf.${argument.type} argument.default)) (
          at name "its default is not of its type, ${argument.type}"
        )
      ) arguments
    )
    ++ lib.optional (
      builtins.sort builtins.lessThan positions != lib.range 1 (builtins.length positions)
    ) "plans.${plan}.arguments: positions are 1, 2 and so on, each once";

  # The value of a word.
  typed =
    nodes: name: type: word:
    if type == "number" then
      if builtins.match "0|-?[1-9][0-9]{0,17}" word == null then
        bad "${name} is a whole number, not ${quoteWord word}"
      else
        ok (builtins.fromJSON word)
    else if type == "node" && !(builtins.elem word nodes) then
      bad "${name}: there is no node ${quoteWord word}.${meant word nodes} Nodes are ${quoteList nodes}"
    else if type == "goal" && !(builtins.elem word goals.names) then
      bad "${name} cannot be ${quoteWord word}.${meant word goals.names} It is one of ${quoteList goals.names}"
    else
      ok word;
in
{
  /**
    Arguments from words: those that are not given have their default. `request` is what every plan knows: `on`, `goal`, `reboot`.

    # Type

    ```
    read :: { name; plan; nodes = [ name ]; } -> [ string ] -> { arguments; request; wantsHelp; problems = [ string ]; }
    ```
  */
  read =
    {
      name,
      plan,
      nodes,
    }:
    words:
    let
      inherit (plan) arguments;
      options = common // lib.filterAttrs (_: argument: argument.position == null) arguments;
      optionNames = map (option: "--${option}") (builtins.attrNames options);
      at =
        position:
        builtins.attrNames (lib.filterAttrs (_: argument: argument.position == position) arguments);

      complain = state: problem: state // { problems = state.problems ++ [ problem ]; };

      take =
        state: argument: word:
        let
          shown = if options ? ${argument} then "--${argument}" else argument;
          found = typed nodes shown (options.${argument} or arguments.${argument}).type word;
        in
        if found.problem != null then
          complain (
            state
            // {
              expects = null;
              # It was given, though wrongly.
              values = {
                ${argument} = null;
              }
              // state.values;
            }
          ) found.problem
        else
          state
          // {
            expects = null;
            values = state.values // {
              ${argument} = if argument == "on" then state.values.on or [ ] ++ [ word ] else found.value;
            };
          };

      option =
        state: option: value:
        if !(options ? ${option}) then
          complain state "the plan ${quoteWord name} has no option ${quoteWord "--${option}"}.${meant "--${option}" optionNames} It has ${quoteList optionNames}"
        else if options.${option}.type == "flag" then
          if value == null then
            state
            // {
              values = state.values // {
                ${option} = true;
              };
            }
          else
            complain state "--${option} has no value"
        else if value == null then
          state // { expects = option; }
        else
          take state option value;

      step =
        state: word:
        let
          parts = builtins.match "--([^=]+)(=(.*))?" word;
          here = at state.position;
        in
        if state.expects != null then
          take state state.expects word
        else if word == "--help" || word == "-h" then
          state // { wantsHelp = true; }
        else if parts != null then
          option state (builtins.head parts) (
            if builtins.elemAt parts 1 == null then null else builtins.elemAt parts 2
          )
        else if here == [ ] then
          complain state "the plan ${quoteWord name} takes no ${quoteWord word}: see netlib run ${name} --help"
        else
          take (state // { position = state.position + 1; }) (builtins.head here) word;

      ended = lib.foldl' step {
        values = { };
        problems = [ ];
        position = 1;
        expects = null;
        wantsHelp = false;
      } words;

      missing = lib.filterAttrs (
        argument: declared:
        !(ended.values ? ${argument}) && declared.default == null && declared.type != "flag"
      ) arguments;
      shown = argument: if arguments.${argument}.position == null then "--${argument} …" else argument;
      defaults = lib.mapAttrs (
        _: declared: if declared.type == "flag" then declared.default == true else declared.default
      ) arguments;
    in
    {
      inherit (ended) wantsHelp;
      arguments = defaults // builtins.intersectAttrs arguments ended.values;
      request = builtins.intersectAttrs common (removeAttrs ended.values (builtins.attrNames arguments));
      problems =
        mistakesOf name arguments
        ++ ended.problems
        ++ lib.optional (ended.expects != null) "--${ended.expects} needs a value"
        ++ lib.mapAttrsToList (
          argument: declared:
          "the plan ${quoteWord name} needs ${quoteWord (shown argument)}: ${declared.description}"
        ) (lib.optionalAttrs (!ended.wantsHelp) missing);
    };

  /**
    What a plan takes, for reading.

    # Type

    ```
    usage :: name -> plan -> string
    ```
  */
  usage =
    name: plan:
    let
      inherit (plan) arguments;
      positions = builtins.sort (a: b: arguments.${a}.position < arguments.${b}.position) (
        builtins.filter (argument: arguments.${argument}.position != null) (builtins.attrNames arguments)
      );
      options = builtins.filter (argument: arguments.${argument}.position == null) (
        builtins.attrNames arguments
      );
      bracketed =
        argument: if arguments.${argument}.default == null then "<${argument}>" else "[<${argument}>]";
      value =
        argument:
        lib.optionalString (arguments.${argument}.type != "flag") " <${arguments.${argument}.type}>";
      about =
        label: argument:
        "  ${label}: ${arguments.${argument}.description}"
        +
          lib.optionalString (arguments.${argument}.default != null)
            " [default: ${builtins.toJSON arguments.${argument}.default}]";
    in
    lib.concatLines (
      [
        plan.description
        ""
        "Usage: ${
          lib.concatStringsSep " " ([ "netlib run [options of netlib] ${name}" ] ++ map bracketed positions)
        } [--on <selector>] [--goal <goal>] [--reboot]"
      ]
      ++ map (argument: about argument argument) positions
      ++ map (argument: about "--${argument}${value argument}" argument) options
    );
}
