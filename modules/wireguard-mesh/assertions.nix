# What can be wrong within one mesh: members that cannot be reached, and relays that cannot help.
{ lib, netlib }:
{
  option,
  optionOf,
  table,
}:
let
  inherit (netlib.errors) quote quoteList;

  ofMember = name: member: {
    assertion = member.endpoint == null || member.listenPort != null;
    message = "${optionOf name}: there is an endpoint (${member.endpoint}) but no listenPort. Set the port that packets for the endpoint arrive at.";
  };

  hidden = builtins.attrNames table.hidden;
  withoutRelay = builtins.filter (name: table.hidden.${name}.relay == null) hidden;
  reachable = {
    assertion = builtins.length hidden <= 1 || withoutRelay == [ ];
    message =
      "${option}: the members ${quoteList hidden} have no endpoint, so they cannot reach each other. "
      + "Set nodes.<name>.addresses or ${option}.members.<name>.endpoint for all but one of them, or ${option}.relays to members that pass their packets on.";
  };

  ofRelay = relay: [
    {
      assertion = table.members ? ${relay};
      message = "${option}: the relay ${quote relay} is no member. Add it to ${option}.members.";
    }
    {
      assertion = !(table.hidden ? ${relay});
      message = "${option}: the relay ${quote relay} has no endpoint, so the others cannot reach it. Set nodes.${relay}.addresses or ${option}.members.${relay}.endpoint.";
    }
  ];
in
lib.mapAttrsToList ofMember table.members ++ [ reachable ] ++ lib.concatMap ofRelay table.relays
