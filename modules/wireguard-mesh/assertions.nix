# What can be wrong within a mesh and between meshes, found before anything is evaluated for a node.
{ lib, netlib }:
{
  instances,
  tables,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib) ip;
  inherit (netlib.errors) quote quoteList;

  fails = message: {
    assertion = false;
    inherit message;
  };
  failsIf = condition: message: lib.optional condition (fails message);

  # Ends the messages of instances with the files that define them, each once.
  located =
    names:
    let
      files = lib.concatStrings (lib.unique (map fileOf names));
    in
    map (item: item // { message = "${lib.removeSuffix "." item.message}${files}."; });

  option = instance: "wireguard-mesh.${lib.strings.escapeNixIdentifier instance}";

  isName = name: builtins.match "[a-zA-Z0-9][a-zA-Z0-9_.-]*" name != null;

  ofInstance =
    name: table:
    failsIf (!isName name || builtins.stringLength name > 63) (
      "${option name}: the name of an instance has at most 63 letters, digits, _ . and -, starting with a letter or digit. Rename it."
    )
    ++ failsIf (builtins.stringLength table.interface > 15) (
      "${option name}: the interface name ${quote table.interface} has ${toString (builtins.stringLength table.interface)} characters, Linux allows 15. "
      + "Set ${option name}.interface to a shorter one."
    )
    ++ failsIf ((table.interface != name && !isName table.interface) || table.interface == "lo") (
      "${option name}: ${quote table.interface} cannot be the name of an interface. "
      + "Set ${option name}.interface to letters, digits, _ . and -, starting with a letter or digit, such as \"wg0\"."
    )
    ++ failsIf (
      table.subnets == [ ]
    ) "${option name}.subnet is empty. Set it, for example to \"10.10.0.0/24\"."
    ++ lib.concatLists (lib.mapAttrsToList (ofMember name table) table.members)
    ++ overlapping name table name table
    ++ unreachable name table
    ++ import ./collisions.nix { inherit lib netlib option; } name table;

  ofMember =
    instance: table: name: member:
    let
      path = "${option instance}.members.${name}";
      isOutside = address: !builtins.any (subnet: ip.contains subnet address) table.subnets;
      inSubnet = subnet: builtins.filter (ip.contains subnet) member.explicit;
      reserved = lib.concatMap (
        subnet:
        map (address: { inherit subnet address; }) (
          builtins.filter (address: !ip.isUsable subnet address) (inSubnet subnet)
        )
      ) table.subnets;
      crowded = builtins.filter (subnet: builtins.length (inSubnet subnet) > 1) table.subnets;
    in
    map (
      address:
      fails "${path}.address: ${ip.format address} is not in ${
        lib.concatStringsSep " or " instances.${instance}.subnet
      }. Take one from there, or leave it out."
    ) (builtins.filter isOutside member.explicit)
    ++ map (
      { subnet, address }:
      fails "${path}.address: ${ip.format address} is the address of ${ip.formatCidr subnet} itself or its broadcast address, which no member can have. Take another one from there, or leave it out."
    ) reserved
    ++ map (
      subnet:
      fails "${path}.address: ${
        lib.concatMapStringsSep " and " ip.format (inSubnet subnet)
      } are both in ${ip.formatCidr subnet}. Keep one of them."
    ) crowded
    ++ failsIf (member.endpoint != null && member.listenPort == null) (
      "${path}: there is an endpoint (${member.endpoint}) but no listenPort. Set the port that packets for the endpoint arrive at."
    );

  # Subnets of an instance among themselves, or of two instances.
  overlapping =
    nameA: a: nameB: b:
    let
      indexed = lib.imap0 (index: subnet: { inherit index subnet; });
      pairs = lib.concatMap (
        x:
        map (y: { inherit x y; }) (
          builtins.filter (y: nameA != nameB || y.index > x.index) (indexed b.subnets)
        )
      ) (indexed a.subnets);
    in
    map (
      { x, y }:
      fails (
        "${option nameA}.subnet ${ip.formatCidr x.subnet} overlaps ${option nameB}.subnet ${ip.formatCidr y.subnet}. "
        + "Give one of them another subnet."
      )
    ) (builtins.filter ({ x, y }: ip.overlaps x.subnet y.subnet) pairs);

  unreachable =
    instance: table:
    let
      hidden = builtins.attrNames (lib.filterAttrs (_: member: member.endpoint == null) table.members);
    in
    failsIf (builtins.length hidden > 1) (
      "${option instance}: the members ${quoteList hidden} have no endpoint, so they cannot reach each other. "
      + "Set nodes.<name>.addresses or ${option instance}.members.<name>.endpoint for all but one of them."
    );

  # Two instances at a time, each pair once.
  names = builtins.attrNames tables;
  pairs = lib.concatLists (
    lib.imap0 (index: a: map (b: { inherit a b; }) (lib.drop (index + 1) names)) names
  );

  betweenInstances =
    { a, b }:
    let
      shared = builtins.attrNames (builtins.intersectAttrs tables.${a}.members tables.${b}.members);
      portOf = instance: name: tables.${instance}.members.${name}.listenPort;
      samePort = builtins.filter (name: portOf a name != null && portOf a name == portOf b name) shared;
    in
    overlapping a tables.${a} b tables.${b}
    ++ map (
      name:
      fails (
        "${option a} and ${option b} both listen on UDP port ${toString (portOf a name)} of the node ${quote name}. "
        + "Set ${option b}.listenPort or ${option b}.members.${name}.listenPort to another one."
      )
    ) samePort
    ++ failsIf (shared != [ ] && tables.${a}.interface == tables.${b}.interface) (
      "${option a} and ${option b} both make the interface ${quote tables.${a}.interface} on ${quoteList shared}. "
      + "Set ${option b}.interface to another name."
    );
in
lib.concatLists (lib.mapAttrsToList (name: table: located [ name ] (ofInstance name table)) tables)
++ lib.concatMap (pair: located [ pair.a pair.b ] (betweenInstances pair)) pairs
