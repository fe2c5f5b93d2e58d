# Who is whose peer in a mesh, and for which addresses. Two members that nobody can call have a relay between them.
{ lib }:
table:
let
  inherit (table) members hidden relays;

  # The same whichever of the two asks: packets must come back by the way they went.
  relayBetween = a: b: members.${if a < b then a else b}.relay;

  hostRoutes = lib.mapAttrs (_: member: map (address: address.hostRoute) member.addresses) members;
  isHidden = name: hidden ? ${name};

  relayedBy =
    relay: self:
    if !isHidden self || !builtins.elem relay relays then
      [ ]
    else if builtins.length relays == 1 then
      # Narrower addresses of other peers win, so that this stays one line however many members there are.
      table.subnetTexts
    else
      lib.concatMap (name: hostRoutes.${name}) (
        builtins.filter (name: name != self && relayBetween self name == relay) (builtins.attrNames hidden)
      );

  isDirect = a: b: a != b && !(isHidden a && isHidden b);

  peerOf = self: name: {
    inherit name;
    inherit (members.${name}) endpoint;
    allowedIPs = hostRoutes.${name} ++ relayedBy name self;
    keepalive = if members.${name}.endpoint == null then null else members.${self}.keepalive;
  };

  names = builtins.attrNames members;
  visible = builtins.filter (name: !isHidden name) names;
in
{
  # The peers of a member, by name.
  peersOf =
    self:
    map (peerOf self) (builtins.filter (isDirect self) (if isHidden self then visible else names));

  # Null when all members reach each other directly; else every pair, with the relay between.
  links =
    if relays == [ ] then
      null
    else
      lib.concatLists (
        lib.imap0 (
          index: from:
          map (
            to:
            {
              inherit from to;
            }
            // lib.optionalAttrs (isHidden from && isHidden to) { via = relayBetween from to; }
          ) (lib.drop (index + 1) names)
        ) names
      );
}
