# The network's repository on its nodes: each deployment is a commit that they keep, and what others deployed meanwhile is merged first.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  # A key that is a fact may not be known yet: systems that need it say so, and gathering goes on.
  known =
    keys:
    let
      tried = builtins.tryEval (builtins.deepSeq keys keys);
    in
    lib.optionals tried.success tried.value;
  settings = config.git-tracking // {
    signers = lib.mapAttrs (_: known) config.git-tracking.signers;
  };
  isTracked = lib.genAttrs settings.nodes (_: true);
  programs = import ./programs.nix { inherit lib; } {
    inherit settings;
    network = config.network.id;
    nodes = lib.mapAttrs (name: _: { inherit (config.nodes.${name}.target) local; }) isTracked;
    allNodes = builtins.attrNames config.nodes;
    approvers = lib.mapAttrs (_: rollout: rollout.settings.approvers) config.resolved.rollouts;
    keyOf = node: config.nodes.${node}.facts.ssh-host-key or null;
    hostKeyFileOf = node: config.ssh-host-keys.${node}.file;
  };
  each = make: lib.mapAttrs' (node: _: lib.nameValuePair "git-${node}" (make node)) isTracked;
in
{
  imports = [
    ../shared/machine-kind.nix
    ../shared/ssh-host-keys.nix
  ];

  options.git-tracking = lib.mkOption {
    type = types.submodule (import ./options.nix { inherit lib netlib; });
    default = { };
    description = ''
      The network's git repository on its nodes. Before each deployment what nodes run and this clone lacks is fetched and merged; what is
      deployed is a commit, which the nodes keep.
    '';
    example = lib.literalExpression ''
      {
        nodes = [ "*" ];
        signers.anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit settings;
      definedIn = netlib.errors.definedIn options.git-tracking;
    };

    ssh-host-keys = lib.mapAttrs (_: _: { }) isTracked;

    plans.deploy = {
      arguments.force = {
        type = "flag";
        description = "Deploy although git-tracking refuses it: without what a node runs, with uncommitted or unsigned changes. It is recorded";
      };
      prepare.git = programs.prepare;
      hooks = {
        beforeActivate = each programs.before;
        onConfirm = each programs.confirm;
        onRollback = each programs.rollback;
      };
    };

    plans.forget = import ./forget.nix { inherit lib; } {
      inherit (config) nodes;
      inherit (programs) common deployer;
      hasSecrets = config.commands ? secrets;
    };

    deploy.steps = lib.mapAttrs' (
      node: _: lib.nameValuePair "git-push-${node}" (programs.push node)
    ) isTracked;

    inherit (programs) commands;

    # What git of a deployer talks to: of the system that runs for what it has, of the one that comes for what it gets.
    configure = lib.mapAttrs (
      node: _:
      { pkgs, ... }:
      {
        environment.etc."netlib/git-upload".source = programs.serve node "upload-pack" pkgs;
        environment.etc."netlib/git-receive".source = programs.serve node "receive-pack" pkgs;
      }
    ) isTracked;

    status.commit = {
      column = "commit";
      on = settings.nodes;
      packages = pkgs: [ pkgs.gnused ];
      program = builtins.readFile ./status.sh;
    };
  };
}
