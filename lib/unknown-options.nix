# What is said of options that do not exist: which, in which file, and what to write instead. Never their values, which may be anything:
# one that holds the inputs of a flake has no end.
{ lib, errors }:
let
  # Where NixOS, and modules that are often seen beside it, have options that netlib has not.
  ofNixos = lib.genAttrs [
    "age"
    "boot"
    "console"
    "containers"
    "disko"
    "documentation"
    "environment"
    "fileSystems"
    "fonts"
    "hardware"
    "home-manager"
    "i18n"
    "microvm"
    "networking"
    "nix"
    "power"
    "powerManagement"
    "programs"
    "security"
    "services"
    "sops"
    "specialisation"
    "swapDevices"
    "systemd"
    "time"
    "users"
    "virtualisation"
    "xdg"
    "zramSwap"
  ] (_: true);

  # Words of colmena and deploy-rs, and what netlib has for them, in a node.
  elsewhere = {
    "deployment.targetHost" = "target.host";
    "deployment.targetPort" = "target.port";
    "deployment.targetUser" = "target.user";
    "deployment.tags" = "tags";
    "deployment.allowLocalDeployment" = "target.local";
    "hostname" = "target.host";
    "sshUser" = "target.user";
    "sshOpts" = "target.sshOptions";
    "modules" = "nixos.imports";
    "pkgs" = "nixpkgs";
    "nixosModules" = "nixos.imports";
  };

  # The path of one definition: as far as there are options, and one name more. Values are not looked at.
  pathIn =
    options: value:
    let
      name = builtins.head (builtins.attrNames value);
    in
    if options ? ${name} && !lib.isOption options.${name} then
      [ name ] ++ pathIn options.${name} value.${name}
    else
      [ name ];

  siblings =
    options: path:
    lib.filterAttrs (name: option: name != "_module" && !(option.internal or false)) (
      lib.attrByPath (lib.init path) { } options
    );

  # The names below `deployment`, of which each has another answer; what is no plain set has none.
  below =
    name: value:
    if builtins.isAttrs value && !(value ? _type) && value != { } then
      map (inner: "${name}.${inner}") (builtins.attrNames value)
    else
      [ name ];

  ofColmena =
    loc: name: value:
    let
      words = if name == "deployment" then below name value else [ name ];
      say =
        word:
        if elsewhere ? ${word} then
          "for `${word}` write `${lib.showOption loc}.${elsewhere.${word}}`"
        else if word == "deployment.buildOnTarget" then
          "instead of `${word}` declare builders (`netlib.modules.remote-builders`)"
        else
          "leave out `${word}`";
    in
    "${if name == "deployment" then "it is one of colmena: " else ""}${
      lib.concatMapStringsSep ", " say words
    }";

  nearby =
    options: loc: path:
    let
      names = builtins.attrNames (siblings options path);
      close = errors.nearest (lib.last path) names;
      parent = lib.showOption (loc ++ lib.init path);
    in
    if close != null then
      "did you mean `${lib.showOption (loc ++ lib.init path ++ [ close ])}`?"
    else
      "there are${
        lib.optionalString (parent != "") " in `${parent}`"
      }: ${lib.concatStringsSep ", " names}";

  inRole =
    {
      loc,
      name,
      nearby,
      ...
    }:
    if name == "imports" || ofNixos ? ${name} then
      "options of NixOS, and NixOS modules, go into `${lib.showOption loc}.nixos`"
    else
      nearby;

  # What is said of one definition.
  found =
    helpFor: options: loc:
    { file, value }:
    let
      path = pathIn options value;
      name = builtins.head path;
    in
    {
      file = toString file;
      option = lib.showOption (loc ++ path);
      help = helpFor {
        inherit loc name;
        value = value.${name};
        nearby = nearby options loc path;
      };
    };

  # One message for all that one advice helps with.
  about =
    group:
    let
      names = lib.unique (map (item: "`${item.option}`") group);
      files = lib.unique (map (item: "`${item.file}`") group);
      isOne = builtins.length names == 1;
    in
    "The option${
      lib.optionalString (!isOne) "s"
    } ${lib.concatStringsSep ", " names} do${lib.optionalString isOne "es"} not exist, in ${lib.concatStringsSep " and " files}.\nhelp: ${(builtins.head group).help}";

  # What the type of definitions without an option says.
  type =
    helpFor: options:
    lib.mkOptionType {
      name = "nothing";
      description = "nothing else";
      check = _: true;
      merge =
        loc: defs:
        errors.fail (
          lib.concatMapStringsSep "\n" about (
            builtins.attrValues (lib.groupBy (item: item.help) (map (found helpFor options loc) defs))
          )
        );
    };

  inNode =
    {
      loc,
      name,
      value,
      nearby,
      ...
    }:
    if name == "deployment" || elsewhere ? ${name} then
      ofColmena loc name value
    else if name == "imports" || ofNixos ? ${name} then
      "options of NixOS, and NixOS modules, go into `${lib.showOption loc}.nixos`"
    else
      nearby;

  inNetwork =
    modules:
    { name, nearby, ... }:
    let
      meant = if modules ? ${name} then name else errors.nearest name (builtins.attrNames modules);
    in
    if meant == name then
      "add `netlib.modules.${name}` to `imports`"
    else if ofNixos ? ${name} then
      "options of NixOS go into `nodes.<name>.nixos`, or `defaults.nixos` for all nodes; if the file is a NixOS module, it belongs there, not in `imports` of the network"
    else if name == "deployment" || name == "meta" then
      "it is one of colmena: here machines are `nodes.<name>`, with `target.host`, `tags` and `nixpkgs`; `network.name` names the network"
    else if meant != null then
      "did you mean `${meant}`? Then add `netlib.modules.${meant}` to `imports` too"
    else
      "${nearby}. A machine is `nodes.<name>`";

  forNixos =
    argument:
    errors.fail (
      "the argument `${argument}` is one of NixOS modules, and a module of a network does not get it.\n"
      + "help: is this a NixOS module? It belongs in `nodes.<name>.nixos`, `roles.<role>.nixos` or `defaults.nixos`, not in `imports` of the network"
    );

  # Arguments that only NixOS modules get, and what is said where somebody asks for them here.
  arguments._module.args = lib.genAttrs [ "node" "pkgs" ] (name: lib.mkOptionDefault (forNixos name));
in
{
  # Modules for the submodules of nodes and roles.
  node =
    { options, ... }:
    {
      imports = [ arguments ];
      _module.freeformType = type inNode options;
    };
  role =
    { options, ... }:
    {
      imports = [ arguments ];
      _module.freeformType = type inRole options;
    };

  # For sets of options that nobody mistakes for something else, such as instances of a module.
  other =
    { options, ... }:
    {
      _module.freeformType = type ({ nearby, ... }: nearby) options;
    };

  # The same for a whole network. Its modules may depend on its values, so names are checked by an evaluation of their own, to which the
  # values are given.
  network =
    modules:
    { options, ... }:
    {
      _module.freeformType = type (inNetwork modules) options;
    };

  inherit arguments;
  specialArgs.modulesPath = forNixos "modulesPath";
}
