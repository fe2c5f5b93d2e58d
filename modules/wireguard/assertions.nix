# What can be wrong within the WireGuard networks of one module, found before anything is evaluated for a node.
# What several networks cannot have together is found for all modules alike, in `exports`.
{ lib, netlib }:
{
  # Name of the module, such as wireguard-mesh.
  module,
  # As the user wrote them, and what is known about them.
  instances,
  tables,
  # Instance name to ", in `file'".
  fileOf,
  # What else can be wrong: { option; optionOf; table; } to a list of { assertion; message; }.
  further,
}:
let
  inherit (lib.strings) escapeNixIdentifier;
  ofNames = import ./interface-assertions.nix { inherit lib netlib; };
  ofAddresses = import ./address-assertions.nix { inherit lib netlib; };
  ofKeys = import ./key-assertions.nix { inherit lib netlib; };

  ofInstance =
    name: table:
    let
      option = "${module}.${escapeNixIdentifier name}";
      # The attribute set of the instance that a member is in, such as "clients".
      optionOf =
        member:
        "${option}.${
          builtins.head (
            builtins.filter (set: instances.${name}.${set} or { } ? ${member}) [
              "members"
              "servers"
              "clients"
            ]
          )
        }.${escapeNixIdentifier member}";
      all =
        ofNames {
          instance = name;
          inherit option;
          inherit (table) interface;
        }
        ++ ofAddresses {
          inherit option table;
          memberOption = optionOf;
          subnetTexts = instances.${name}.subnet;
        }
        ++ ofKeys {
          inherit option table;
          memberOption = optionOf;
        }
        ++ further { inherit option optionOf table; };

      # Those that hold are of no use to the module system, which would type them.
      failed = builtins.filter (item: !item.assertion) all;
    in
    map (item: item // { message = "${lib.removeSuffix "." item.message}${fileOf name}."; }) failed;
in
lib.concatLists (lib.mapAttrsToList ofInstance tables)
