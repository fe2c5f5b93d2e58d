# Which option of the user, in which files, something exported comes from: how messages about conflicts name things.
{
  lib,
  options,
  errors,
}:
let
  # The option that a path leads into, and the rest of the path inside of its value.
  resolve =
    path:
    let
      step =
        state: name:
        if lib.isOption state.option then
          state // { rest = state.rest ++ [ name ]; }
        else
          state // { option = state.option.${name} or { }; };
    in
    lib.foldl' step {
      option = options;
      rest = [ ];
    } path;

  filesOf =
    path:
    let
      found = resolve path;
    in
    if lib.isOption found.option then errors.filesDefining found.option found.rest else [ ];

  describe =
    path:
    let
      files = filesOf path;
    in
    lib.showOption path
    +
      lib.optionalString (files != [ ])
        " (in ${lib.concatMapStringsSep " and " (file: "`${file}`") files})";

  networkPath = network: network.option;
  servicePath =
    node: name: service:
    if service.option != [ ] then
      service.option
    else
      [
        "exports"
        "services"
        node
        name
      ];
in
{
  inherit describe;

  # `wireguard-mesh.wg0 (in `/home/me/flake.nix')`
  network = network: describe (networkPath network);
  service =
    node: name: service:
    describe (servicePath node name service);

  # The same of two networks, once when both come from one option.
  networks =
    a: b:
    if networkPath a == networkPath b then
      describe (networkPath a)
    else
      "${describe (networkPath a)} and ${describe (networkPath b)}";
}
