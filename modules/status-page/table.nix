# What the network knows of its machines: what the page shows beside what they say, and whom it believes what.
{ lib, netlib }:
config:
let
  settings = config.status-page;
  isShown = lib.genAttrs settings.nodes (_: true);
  inherit (config) exports;
  places = import ../../lib/programs/places.nix { inherit lib; } config;

  networksOf = member: lib.filterAttrs (_: network: network.members ? ${member}) exports.networks;
  addressesOf =
    member: public:
    lib.concatLists (
      lib.mapAttrsToList (
        _: network:
        map (address: {
          network = network.label;
          inherit address;
        }) network.members.${member}.addresses
      ) (networksOf member)
    )
    ++ map (address: {
      network = "";
      inherit address;
    }) public;

  sourcesOf =
    check:
    map (source: if source == "self" then check.subject else lib.removePrefix "node:" source) (
      lib.remove "deployer" check.sources
    );

  rolloutOf = id: rollout: {
    inherit (rollout) title;
    batches = map (batch: {
      inherit (batch) canary;
      nodes = builtins.filter (node: isShown ? ${node}) batch.nodes;
    }) rollout.batches;
    # Where it is kept, in the order in which deployers look for it.
    keepers = [ rollout.coordinator ] ++ rollout.standbys ++ rollout.nodes;
    approvers = builtins.attrNames rollout.settings.approvers;
  };
in
rec {
  inherit settings networksOf;

  # Machines that netlib does not deploy, by their keys in WireGuard, for the nodes of a network that they are in.
  peersOf =
    node:
    lib.concatLists (
      lib.mapAttrsToList (
        _: network:
        lib.concatLists (
          lib.mapAttrsToList (
            member: about:
            lib.optional (config.externals ? ${member} && about.publicKey != null) {
              name = member;
              key = about.publicKey;
            }
          ) network.members
        )
      ) (lib.filterAttrs (_: network: network.members ? ${node}) exports.networks)
    );

  # The checks that a node makes, of itself and of others.
  checksOn = node: builtins.filter (program: program.value ? check) (places.onNodes.${node} or [ ]);

  inventory = {
    network = { inherit (config.network) name id; };
    settings = {
      inherit (settings) diskPercent;
      interval = settings.interval;
      inherit (settings) offlineAfter backupAge;
    };
    nodes = lib.mapAttrs (
      node: _:
      let
        about = config.nodes.${node};
      in
      {
        roles = config.resolved.rolesOf.${node};
        inherit (about) tags mayBeOffline;
        addresses = addressesOf node about.addresses;
        hasKey = about.facts ? ssh-host-key;
      }
    ) isShown;
    externals = lib.mapAttrs (name: external: {
      inherit (external) description;
      addresses = addressesOf name external.addresses;
      seenBy = builtins.filter (
        node: builtins.any (network: network.members ? ${name}) (builtins.attrValues (networksOf node))
      ) settings.nodes;
    }) config.externals;
    networks = lib.mapAttrs (_: network: {
      inherit (network) label subnets relays;
      members = builtins.attrNames network.members;
    }) exports.networks;
    checks = lib.mapAttrs (
      _:
      lib.mapAttrs (
        _: check: {
          what = places.describe check;
          from = sourcesOf check;
        }
      )
    ) (lib.filterAttrs (node: _: isShown ? ${node}) config.resolved.checks);
    rollouts = lib.mapAttrs rolloutOf config.resolved.rollouts;
    fields = lib.mapAttrs (_: field: field.column) config.status;
  };
}
