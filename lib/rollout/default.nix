# The rollouts of a network: which nodes, in which order, in which batches, with which limits.
{ lib }:
{
  config,
  assigned,
  # Level of each step in the order that was said, without rollouts.
  levels,
}:
let
  batches = import ./batches.nix { inherit lib; };

  rolloutOf =
    id:
    {
      role,
      title,
      settings,
      nodes,
    }:
    let
      total = builtins.length nodes;
      hasCanary = settings.canary != false;

      # The order that was said first, then names: the same whenever nothing else was said.
      level = name: levels."activate:${name}" or 0;
      ordered = lib.sort (a: b: level a < level b || (level a == level b && a < b)) nodes;
      canary =
        if builtins.isString settings.canary && builtins.elem settings.canary nodes then
          settings.canary
        else
          builtins.head ordered;
      inOrder = if hasCanary then [ canary ] ++ lib.remove canary ordered else ordered;

      # Their number does not depend on the order, which in turn may refer to gates.
      sizes = batches.sizes {
        inherit total;
        canary = hasCanary;
        targets = settings.batches;
      };
      starts = lib.init (lib.foldl' (sums: size: sums ++ [ (lib.last sums + size) ]) [ 0 ] sizes);
      batch = index: size: {
        nodes = lib.sublist (builtins.elemAt starts index) size inOrder;
        canary = hasCanary && index == 0;
      };
      countAtLeast = atLeast: batches.count { inherit total atLeast; };
    in
    {
      inherit
        id
        role
        title
        settings
        ;
      nodes = inOrder;
      members = lib.genAttrs nodes (_: true);
      batches = lib.imap0 batch sizes;
      coordinator = builtins.head inOrder;
      # The same for every selection: two deployers find one another.
      standbys = lib.take 2 (lib.tail inOrder);
      maxParallel = countAtLeast 1 settings.maxParallel;
      maxUnavailable = countAtLeast 1 settings.maxUnavailable;
      maxFailures = countAtLeast 0 settings.maxFailures;
    };
in
lib.mapAttrs rolloutOf assigned.rollouts
