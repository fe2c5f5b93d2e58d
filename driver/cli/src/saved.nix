# What differs between a saved plan and the present one: a line each, behind a line break, until there are too many.
{ saved, now }:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    genList
    elemAt
    isAttrs
    isString
    length
    toJSON
    ;

  # How many differences are named before they are only counted.
  named = 12;
  # How deep two documents are compared before what differs is named: `plan.steps.copy:alpha`.
  deepest = 3;

  shown =
    value:
    if value == null then
      "none"
    else if isString value then
      value
    else
      toJSON value;

  compare =
    at: depth: saved: now:
    let
      below = key: if at == "" then key else "${at}.${key}";
      compareBelow = key: compare (below key) (depth - 1) (saved.${key} or null) (now.${key} or null);
    in
    # The same flake may be named in several ways, and not every Nix knows fingerprints.
    if saved == now || at == "flake" || at == "fingerprint" && (saved == null || now == null) then
      [ ]
    else if at == "fingerprint" then
      [ "the flake or an input has changed since" ]
    else if isAttrs saved && isAttrs now && depth > 0 then
      concatMap compareBelow (attrNames (saved // now))
    else if isAttrs saved || isAttrs now then
      [ at ]
    else
      [ "${at}: saved ${shown saved}; now ${shown now}" ];

  found = compare "" deepest saved now;
  more = length found - named;
in
concatStringsSep "" (
  genList (at: "\n  ${elemAt found at}") (if more > 0 then named else length found)
)
+ (if more > 0 then "\n  and ${toString more} more" else "")
