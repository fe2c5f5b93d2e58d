# Options of the module.
{ lib, netlib }:
let
  inherit (lib) types;
in
{
  options = {
    nodes = lib.mkOption {
      type = netlib.references.nodes;
      default = [ "*" ];
      description = ''
        Selectors of the nodes that keep the network's repository, in `/var/lib/netlib/network.git`. Whoever is root on one of them can read
        all of it, its history too.
      '';
      example = [ "@admin" ];
    };

    signers = lib.mkOption {
      type = types.lazyAttrsOf (
        types.coercedTo types.str lib.singleton (types.listOf types.singleLineStr)
      );
      default = { };
      description = ''
        People whose commits a deployment takes from nodes and merges without asking, by name, with their SSH public keys. A key of a security key
        (`sk-…`) signs as well. What nobody of them has signed is only taken by hand.
      '';
      example = {
        anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
      };
    };

    autoMerge = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether a deployment merges by itself what nodes have and this clone lacks, where that is signed and has no conflict.";
      example = false;
    };

    requireClean = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether uncommitted changes are refused, instead of being deployed as a commit on `refs/netlib/wip/<user>`.";
      example = true;
    };

    requireSignedCommits = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether every commit that no node has confirmed yet must be signed by one of `signers`.";
      example = true;
    };

    records.keep = lib.mkOption {
      type = netlib.types.duration;
      default = "365d";
      description = "How long nodes keep their records of deployments, at least, where there are not too many. Older ones go in parts, a quarter of this time each.";
      example = "90d";
    };

    records.most = lib.mkOption {
      type = types.ints.between 16 100000;
      default = 1000;
      description = "How many records a node keeps at most, give or take a quarter, of at most 24 KiB each, and 100 bytes for each node of the network.";
      example = 200;
    };
  };
}
