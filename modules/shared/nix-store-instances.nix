# What network modules have in common whose nodes log in to the Nix stores of others: `folder` has the parts of one, in files of the same
# names. `said` is what `netlib.instances` takes besides; its `instance` is called with what these files make of an instance.
{
  config,
  lib,
  netlib,
}:
folder: said:
let
  login = import ./nix-store-login.nix { inherit lib; };
  part = name: import (folder + "/${name}.nix");
in
netlib.instances (
  said
  // {
    options.imports = [ (part "options" { inherit config netlib; }) ];
    table = part "table" { inherit lib netlib; } config;
    together =
      { tables, fileOf }:
      {
        assertions = part "assertions" { inherit lib netlib; } { inherit tables fileOf; };
      };
    instance =
      { instance, table, ... }@this:
      {
        facts = part "gather" { inherit lib login; } instance table;
        configure = part "configure" { inherit lib login; } instance table;
        checks = part "checks" { inherit lib; } instance table;
      }
      // said.instance this;
    sets = [ "ssh-host-keys" ];
    imports = [ ./ssh-host-keys.nix ];
  }
)
