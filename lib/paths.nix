# How one member of the network reaches another: over which of the exported networks, at which address.
{
  lib,
  errors,
  config,
  # The path of an option, with the files that define it, for people.
  describe ? lib.showOption,
}:
let
  inherit (errors) quote;

  # nodes.<name>.addresses and externals.<name>.addresses, as if they were a network.
  publicPreference = 100;

  networks = lib.sort (a: b: a.preference < b.preference) (
    lib.mapAttrsToList (name: network: {
      inherit name;
      inherit (network)
        preference
        links
        members
        relays
        ;
      # Looked up by pair: both directions of each link, made once a network.
      linked = lib.listToAttrs (
        lib.concatMap (link: [
          (lib.nameValuePair "${link.from} ${link.to}" link)
          (lib.nameValuePair "${link.to} ${link.from}" link)
        ]) network.links
      );
    }) config.exports.networks
  );

  addressesOf =
    name: (config.nodes.${name} or config.externals.${name} or { addresses = [ ]; }).addresses;

  # Over which relays packets go: [ ] directly, null not at all. At most two of them, each linked with the next.
  relaysBetween =
    network: from: to:
    let
      isLinked = a: b: network.linked ? "${a} ${b}";
      behind =
        a: builtins.filter (relay: relay != from && relay != to && isLinked a relay) network.relays;
      chains = lib.concatMap (
        near:
        if isLinked near to then
          [ [ near ] ]
        else
          map (far: [
            near
            far
          ]) (builtins.filter (isLinked near) (behind to))
      ) (behind from);
      shortest = lib.sortOn builtins.length chains;
      link = network.linked."${from} ${to}";
    in
    if network.links == null then
      [ ]
    else if isLinked from to then
      lib.optional (link.via or null != null) link.via
    else if chains == [ ] then
      null
    else
      builtins.head shortest;

  through =
    { from, to, ... }:
    network:
    let
      addresses = network.members.${to}.addresses;
      relays = relaysBetween network from to;
      areMembers = network.members ? ${from} && network.members ? ${to};
    in
    lib.optional (areMembers && addresses != [ ] && relays != null) {
      network = network.name;
      inherit (network) preference;
      address = builtins.head addresses;
      inherit addresses;
      inherit (network.members.${from}) interface;
      via = if relays == [ ] then null else builtins.head relays;
    };

  public =
    to:
    let
      addresses = addressesOf to;
    in
    lib.optional (addresses != [ ]) {
      network = null;
      preference = publicPreference;
      address = builtins.head addresses;
      inherit addresses;
      interface = null;
      via = null;
    };

  itself = {
    network = null;
    preference = 0;
    address = "localhost";
    addresses = [ "localhost" ];
    interface = "lo";
    via = null;
  };

  paths =
    { from, to, ... }@pair:
    let
      shared = lib.concatMap (through pair) networks;
      isBefore = path: path.preference <= publicPreference;
    in
    if from == to then
      [ itself ]
    else
      builtins.filter isBefore shared ++ public to ++ builtins.filter (path: !isBefore path) shared;

  optionOf = name: if config.nodes ? ${name} then "nodes.${name}" else "externals.${name}";
  isKnown = name: config.nodes ? ${name} || config.externals ? ${name};

  checkKnown =
    name:
    if isKnown name then
      true
    else
      errors.fail "a network module asks for the address of ${quote name}, which is neither a node nor an external of this network.";

  pathTo =
    {
      from,
      to,
      option ? [ ],
    }@pair:
    let
      found = paths pair;
      who = lib.optionalString (option != [ ]) "${describe option}: ";
    in
    assert checkKnown from && checkKnown to;
    if found != [ ] then
      builtins.head found
    else
      errors.fail (
        "${who}${quote from} needs an address of ${quote to}: they share no network in which they reach each other, and ${optionOf to}.addresses is empty. "
        + "Set ${optionOf to}.addresses, or make both members of a network (a wireguard-mesh, or exports.networks.<name>)."
      );
in
{
  /**
    The best way from one member to another:
    `{ network; address; addresses; interface; via; preference; }`, `network` and `interface` null when it is by `nodes.<to>.addresses`.
    A node reaches itself at `localhost`. An error that says what to set when there is no way; it begins with `option` and its files.

    # Type

    ```
    pathTo :: { from = name; to = name; option ? [ string ]; } -> path
    ```
  */
  inherit pathTo;

  /**
    The address of the best way: `(pathTo { … }).address`.

    # Example

    ```nix
    netlib.addressOf { from = "alpha"; to = "beta"; }
    => "10.10.0.7"
    ```
  */
  addressOf = pair: (pathTo pair).address;

  /**
    All ways, the best first; `[ ]` when there is none.
  */
  pathsTo = paths;
}
