# Option types of netlib: addresses, pins and names that refer to nodes.
{
  lib,
  ip,
  errors,
}:
let
  inherit (lib) types;
  ssh = import ./ssh.nix { inherit lib; };
  durations = import ./durations.nix { inherit lib; };

  checkedString =
    {
      name,
      description,
      check,
    }:
    lib.mkOptionType {
      inherit name description;
      check = value: builtins.isString value && check value;
      merge = lib.mergeEqualOption;
    };

  isEndpoint =
    value:
    let
      parts = builtins.match "(.+):([1-9][0-9]{0,4})" value;
      host = builtins.head parts;
      bracketed = builtins.match "\\[(.*)]" host;
      isHost =
        if bracketed != null then
          ip.isIpv6 (builtins.head bracketed)
        else
          builtins.match "[a-zA-Z0-9_.][a-zA-Z0-9_.-]*" host != null;
    in
    parts != null && isHost && lib.toInt (builtins.elemAt parts 1) <= 65535;

  # What somebody who wrote this most likely meant.
  networkMeant =
    text:
    let
      address = ip.parse text;
      cidr = ip.parseCidr text;
      of =
        address: prefix:
        ip.formatCidr {
          address = ip.networkAddress { inherit address prefix; };
          inherit prefix;
        };
    in
    if address != null then
      " has no prefix length.\nhelp: write a network, such as ${
         of address (if address.family == 4 then 24 else 64)
       }"
    else if cidr != null then
      " is an address in a network.\nhelp: the network of ${text} is ${of cidr.address cidr.prefix}"
    else
      " is not a network in CIDR notation.\nhelp: write one such as 10.10.0.0/24 or fd00:10::/64";

  checkNetwork =
    loc: def:
    if ip.isNetwork def.value then
      def
    else
      errors.fail "The option `${
        lib.showOption (builtins.filter (part: !lib.hasPrefix "[" part) loc)
      }`, in `${toString def.file}`: ${errors.quoteWord def.value}${networkMeant def.value}";

  durationOf =
    least:
    lib.mkOptionType {
      name = if least == 0 then "delay" else "duration";
      description = "seconds, or a duration such as 30s, 5m or 1h30m${
        lib.optionalString (least > 0) ", at least 1s"
      }";
      check =
        value:
        let
          seconds = durations.parse value;
        in
        seconds != null && seconds >= least;
      # "60s" and 60 are the same.
      merge =
        loc: defs: lib.mergeEqualOption loc (map (def: def // { value = durations.parse def.value; }) defs);
    };

  percentage = checkedString {
    name = "percentage";
    description = "percentage, such as 25%";
    check = value: builtins.match "(0|[1-9][0-9]{0,3})%" value != null;
  };

  # `base` makes the type of all from the type of one; `what` ends the sentence "is not …".
  attrsOfNames =
    {
      base,
      what,
      names,
    }@arguments:
    elemType:
    let
      all = base elemType;
      known = lib.genAttrs names (_: true);
      checkDef =
        loc: def:
        let
          unknown = builtins.filter (name: !(known ? ${name})) (builtins.attrNames def.value);
        in
        if unknown == [ ] then
          def
        else
          errors.fail (
            "${errors.quoteList unknown} in option `${lib.showOption loc}` is not ${what.one} of this network, in `${toString def.file}`.\n"
            + "help:${errors.meant (builtins.head unknown) names} ${what.all} are: ${errors.quoteList names}"
          );
    in
    all
    // {
      name = "attrsOfNames";
      description = "attribute set of (${elemType.description or elemType.name}), by name of ${what.one}";
      merge = loc: defs: all.merge loc (map (checkDef loc) defs);
      # The module system rebuilds types of submodules; the check of the names must survive that.
      substSubModules = modules: attrsOfNames arguments (elemType.substSubModules modules);
      # The names are fixed for a network, so two declarations only merge through their elements.
      typeMerge = _: null;
    };

  # One of these names; a typo is answered with what was probably meant.
  nameOf =
    what: names:
    let
      base = types.enum names;
      known = lib.genAttrs names (_: true);
      checkDef =
        loc: def:
        if known ? ${def.value} then
          def
        else
          errors.fail (
            "${errors.quoteWord def.value} in option `${lib.showOption loc}` is not ${what.one} of this network, in `${toString def.file}`.\n"
            + "help:${errors.meant def.value names} ${what.all}: ${errors.quoteList names}"
          );
    in
    base
    // {
      check = builtins.isString;
      merge = loc: defs: base.merge loc (map (checkDef loc) defs);
      typeMerge = _: null;
    };

  aNode = {
    one = "a node";
    all = "Nodes";
  };
  aMember = {
    one = "a node or an external";
    all = "Nodes and externals";
  };

  # Names may be selectors too, where `choose` is given: it gives each node the names that are most specific about it.
  attrsOfSelected =
    {
      what,
      names,
      choose,
    }@arguments:
    elemType:
    let
      all = types.attrsOf elemType;
      plain = attrsOfNames {
        base = types.attrsOf;
        inherit what names;
      } elemType;
      known = lib.genAttrs names (_: true);
      merge =
        loc: defs:
        let
          written = builtins.attrNames (lib.foldl' (set: def: set // def.value) { } defs);
          isSelector = name: !(known ? ${name}) && builtins.match ".*[@!*?&:,[].*" name != null;
          isPlain = !(builtins.any isSelector written);
          filesOf =
            name:
            errors.inFiles (
              lib.unique (map (def: toString def.file) (builtins.filter (def: def.value ? ${name}) defs))
            );
          chosen = choose {
            inherit filesOf;
            option = lib.showOption loc;
            selectors = builtins.filter (name: isSelector name || !(known ? ${name})) written;
            named = builtins.filter (name: known ? ${name}) written;
          };
          # As if each node had been written by its own name.
          apart =
            def:
            def
            // {
              value = lib.concatMapAttrs (
                node: name: lib.optionalAttrs (def.value ? ${name}) { ${node} = def.value.${name}; }
              ) chosen;
            };
        in
        if choose == null then
          all.merge loc defs
        else if isPlain then
          plain.merge loc defs
        else
          all.merge loc (map apart defs);
    in
    all
    // {
      name = "attrsOfSelected";
      description = "attribute set of (${
        elemType.description or elemType.name
      }), by name of ${what.one} or selector of nodes";
      inherit merge;
      substSubModules = modules: attrsOfSelected arguments (elemType.substSubModules modules);
      typeMerge = _: null;
    };

  isName = value: builtins.isString value && value != "";

  nodeSelectors =
    select:
    let
      base = types.listOf types.str;
    in
    base
    // {
      name = "nodeSelectors";
      description = "list of selectors of nodes";
      # Who makes other types of selectors looks them up in the same way.
      resolvesSelectors = true;
      merge =
        loc: defs:
        let
          files = lib.concatMapStringsSep " and " (file: "`${file}`") (
            lib.unique (map (def: toString def.file) defs)
          );
          where = "the option `${lib.showOption loc}`, in ${files}";
        in
        select where (base.merge loc defs);
      # It has no submodules, and two declarations may differ in what they select from.
      substSubModules = _: nodeSelectors select;
      typeMerge = _: null;
    };
in
{
  /**
    An IPv4 address such as `192.0.2.1`.
  */
  ipv4 = checkedString {
    name = "ipv4";
    description = "IPv4 address, such as 192.0.2.1";
    check = ip.isIpv4;
  };

  /**
    An IPv6 address such as `2001:db8::1`, without brackets and zone.
  */
  ipv6 = checkedString {
    name = "ipv6";
    description = "IPv6 address, such as 2001:db8::1";
    check = ip.isIpv6;
  };

  /**
    An IPv4 or IPv6 address, without a prefix length.
  */
  address = checkedString {
    name = "address";
    description = "IPv4 or IPv6 address without prefix length, such as 192.0.2.1 or 2001:db8::1";
    check = ip.isAddress;
  };

  /**
    A network in CIDR notation whose host bits are zero.
  */
  cidr = lib.mkOptionType {
    name = "cidr";
    description = "network in CIDR notation with its host bits zero, such as 10.10.0.0/24 or fd00:10::/64";
    # What is no network is refused by `merge`, which can say why.
    check = builtins.isString;
    merge = loc: defs: lib.mergeEqualOption loc (map (checkNetwork loc) defs);
  };

  /**
    `host:port`, with an IPv6 address in brackets.
  */
  endpoint = checkedString {
    name = "endpoint";
    description = "host:port, an IPv6 address in brackets, such as vpn.example.org:51820 or [2001:db8::1]:51820";
    check = isEndpoint;
  };

  /**
    Something ssh can be given as a host: never empty, never taken for an option.
  */
  host = checkedString {
    name = "host";
    description = "host name or address of at most 255 ASCII letters, digits and . : _ - %, not starting with -, an IPv6 address without brackets";
    check =
      value:
      builtins.match "[a-zA-Z0-9_.:][a-zA-Z0-9_.:%-]*" value != null
      && builtins.stringLength value <= 255;
  };

  /**
    A public key of OpenSSH, as in a `.pub` file: type, key and perhaps a comment, in one line and without options before it.
  */
  sshPublicKey = checkedString {
    name = "sshPublicKey";
    description = "public key of OpenSSH as in a .pub file, such as ssh-ed25519 AAAAC3Nz… anna@laptop";
    check = ssh.isPublicKey;
  };

  /**
    What sshd may permit a key or a certificate beside running commands.
  */
  sshPermission = types.enum [
    "X11-forwarding"
    "agent-forwarding"
    "port-forwarding"
    "pty"
    "user-rc"
  ];

  /**
    A port that something can listen on: not 0, which means "any".
  */
  port = types.addCheck types.port (value: value != 0) // {
    name = "listeningPort";
    description = "port between 1 and 65535";
  };

  /**
    A name that starts with a letter or a digit and goes on with letters, digits, `_`, `.` and `-`; at most 63 characters.
  */
  name = checkedString {
    name = "name";
    description = "name of at most 63 letters, digits, _ . and -, starting with a letter or digit";
    check =
      value:
      builtins.match "[a-zA-Z0-9][a-zA-Z0-9_.-]*" value != null && builtins.stringLength value <= 63;
  };

  /**
    A word that selects: at most 63 letters, digits, `_`, `.` and `-`.
  */
  word = checkedString {
    name = "word";
    description = "word of at most 63 letters, digits, _ . and -, not starting with -";
    check =
      value:
      builtins.match "[a-zA-Z0-9_.][a-zA-Z0-9_.-]*" value != null && builtins.stringLength value <= 63;
  };

  /**
    A percentage such as `25%`; more than 100 is refused by who uses it, with the option's path.
  */
  inherit percentage;

  /**
    A time that something takes, of at least a second: seconds, or a text such as `"30s"`, `"5m"`, `"1h30m"`. Its value is seconds.
  */
  duration = durationOf 1;

  /**
    The same, where it may also be 0: a time to wait.
  */
  delay = durationOf 0;

  /**
    A number of nodes, at least 1, or a percentage of them.
  */
  amount = types.either types.ints.positive percentage;

  /**
    Selectors of nodes, such as `[ "web*" "@edge & !web1" ]`. What they name is looked up when all nodes are known.
  */
  selectors = types.listOf types.str;

  /**
    The nixpkgs of a node: a flake input or a path. Compared by nothing, so it is said once.
  */
  pin = lib.mkOptionType {
    name = "pin";
    description = "nixpkgs: a flake input or a path";
    check =
      value:
      builtins.isPath value || builtins.isString value || (builtins.isAttrs value && value ? outPath);
    merge = lib.mergeOneOption;
  };

  /**
    The name of one of these nodes; a typo is answered with the file and the valid names.

    # Type

    ```
    nodeRef :: [ name ] -> type
    ```
  */
  nodeRef = nameOf {
    one = "a node or an external";
    all = "There are";
  };

  /**
    The name of one of these roles.

    # Type

    ```
    roleRef :: [ name ] -> type
    ```
  */
  roleRef = nameOf {
    one = "a role";
    all = "Roles are";
  };

  /**
    A list of selectors, whose value is the list of the selected nodes. `select` gets the option and its files, for messages, and the selectors.

    # Type

    ```
    nodeSelectors :: (string -> [ selector ] -> [ name ]) -> type
    ```
  */
  inherit nodeSelectors;

  /**
    An attribute set whose names are nodes. Unlike `attrsOf`, a name that is no node is refused with the file that says it.

    # Type

    ```
    attrsOfNodes :: [ name ] -> type -> type
    ```
  */
  attrsOfNodes =
    names:
    attrsOfNames {
      base = types.attrsOf;
      what = aNode;
      inherit names;
    };

  /**
    The same for names of nodes and externals.

    # Type

    ```
    attrsOfMembers :: [ name ] -> type -> type
    ```
  */
  attrsOfMembers =
    names:
    attrsOfNames {
      base = types.attrsOf;
      what = aMember;
      inherit names;
    };

  /**
    The same with selectors of nodes among the names: each node gets what is said by the name that is most specific about it, once.
    `choose` gives `{ <member> = name; }` for `{ option; filesOf; selectors; named; }`; null leaves the names as they are written.

    # Type

    ```
    attrsOfSelected :: { names; withExternals; choose; } -> type -> type
    ```
  */
  attrsOfSelected =
    {
      names,
      withExternals,
      choose,
    }:
    attrsOfSelected {
      what = if withExternals then aMember else aNode;
      inherit names choose;
    };

  /**
    The same, lazy: reading one attribute forces none of the others.

    # Type

    ```
    lazyAttrsOfMembers :: [ name ] -> type -> type
    ```
  */
  lazyAttrsOfMembers =
    names:
    attrsOfNames {
      base = types.lazyAttrsOf;
      what = aMember;
      inherit names;
    };

  /**
    Two members of a network that reach each other: `{ from; to; via ? null; }`. A plain value: large networks have many.
  */
  link = lib.mkOptionType {
    name = "link";
    description = "pair of members { from; to; }, with `via` when a third one passes their packets on";
    check =
      value:
      builtins.isAttrs value
      && isName (value.from or null)
      && isName (value.to or null)
      && (value.via or null == null || isName value.via)
      &&
        removeAttrs value [
          "from"
          "to"
          "via"
        ] == { };
    merge = lib.mergeEqualOption;
  };

  /**
    The option `packages` of a script: an example by its name in nixpkgs, and what it says.

    # Type

    ```
    packages :: string -> string -> option
    ```
  */
  packages =
    example: description:
    lib.mkOption {
      type = types.functionTo (types.listOf types.package);
      default = _: [ ];
      defaultText = lib.literalExpression "pkgs: [ ]";
      inherit description;
      example = lib.literalExpression "pkgs: [ pkgs.${example} ]";
    };
}
