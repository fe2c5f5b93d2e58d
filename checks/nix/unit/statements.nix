# What kinds of signed statements there are; what the program does with them is checks/nix/statements.sh.
{ subject, ... }:
let
  inherit (subject) lib;
  statements = import ../../../lib/statements { inherit lib; };
in
{
  "each kind has a schema, with what all have in common" = {
    expr = lib.mapAttrs (_: schema: {
      hasTitle = schema ? title;
      inherit (schema) additionalProperties;
      signed = lib.length schema.required;
      hasAll = builtins.all (name: schema.properties ? ${name}) schema.required;
    }) statements.schemas;
    expected = lib.genAttrs [ "log" "status" ] (_: {
      hasTitle = true;
      additionalProperties = false;
      signed = 7;
      hasAll = true;
    });
  };

  "keys without comments, and none where none is known" = {
    expr = statements.signers {
      alpha = "ssh-ed25519 AAAA anna@laptop";
      beta = null;
    };
    expected = "alpha ssh-ed25519 AAAA\n";
  };
}
