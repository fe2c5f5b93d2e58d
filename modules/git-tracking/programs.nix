# The programs of the module, and where they run: before an evaluation, before and after an activation, and for people.
{ lib }:
{
  settings,
  # The id of the network.
  network,
  # { <node> = { local; }; }
  nodes,
  # All of the network, also those without the repository.
  allNodes,
  # { <rollout> = { <person> = [ key ]; }; }, of those who approve
  approvers,
  # node -> its public SSH host key, or null
  keyOf,
  # node -> the file of the private one
  hostKeyFileOf,
}:
let
  script = import ../../lib/programs/script.nix { inherit lib; };
  names = builtins.attrNames nodes;
  bare = key: lib.concatStringsSep " " (lib.take 2 (lib.splitString " " key));

  # As `ssh-keygen -Y verify` wants them.
  signersOf =
    namespace: keys:
    lib.concatLines (
      lib.concatLists (
        lib.mapAttrsToList (
          who: list: map (key: ''${who} namespaces="${namespace}" ${bare key}'') list
        ) keys
      )
    );
  namespace = "netlib-log@${network}";
  hostSigners = signersOf namespace (
    lib.mapAttrs (_: key: lib.optional (key != null) key) (lib.genAttrs names keyOf)
  );
  plain =
    text:
    lib.concatStrings (builtins.filter builtins.isString (builtins.split "[^A-Za-z0-9_.-]+" text));
  approversText = lib.concatStrings (
    lib.mapAttrsToList (
      rollout: people:
      signersOf "netlib-approval" (
        lib.mapAttrs' (who: lib.nameValuePair "${rollout}/${plain who}") people
      )
    ) approvers
  );
  # How long records stay, in seconds, and how many.
  bounds = "keep=${toString settings.records.keep} most=${toString settings.records.most}";

  # Nodes whose records a node keeps beside its own: a few are enough to find out about one that was cut, and none has to keep those of all.
  mirroredOn =
    node:
    let
      at = lib.lists.findFirstIndex (name: name == node) 0 names;
      count = builtins.length names;
    in
    map (distance: builtins.elemAt names (lib.mod (at + distance) count)) (
      lib.range 1 (lib.min 4 (count - 1))
    );
  yes = value: lib.optionalString value "yes";

  # What all programs of the deployer begin with.
  common = ''
    names=(${lib.escapeShellArgs names})
    all_names=(${lib.escapeShellArgs allNodes})
    is_local=(${lib.escapeShellArgs (builtins.filter (name: nodes.${name}.local) names)})
    merge_lock=${./merge-lock.nix}
    signers_text=${lib.escapeShellArg (signersOf "git" settings.signers)}
    hosts_text=${lib.escapeShellArg hostSigners}
    namespace=${namespace}
    ${bounds}
    ${builtins.readFile ./common.sh}
    ${builtins.readFile ./merge-lock.sh}
  '';
  deployer = pkgs: [
    pkgs.git
    pkgs.gnugrep
    pkgs.gnused
    pkgs.openssh
    pkgs.util-linux
  ];
  # What programs on a node begin with.
  ofNode = node: ''
    node=${node} network=${network} namespace=${namespace} host_key=${lib.escapeShellArg (hostKeyFileOf node)} ${bounds}
    ${builtins.readFile ./tell.sh}
    ${builtins.readFile ./node.sh}
  '';
  onNode = node: action: {
    on = [ node ];
    packages = deployer;
    script = "${ofNode node}\n${action}\n";
  };
  command = description: action: {
    inherit description;
    packages = pkgs: deployer pkgs ++ [ pkgs.findutils ];
    script = ''
      approvers_text=${lib.escapeShellArg approversText}
      ${common}
      ${builtins.readFile ./history.sh}
      ${action} "$@"
    '';
  };
in
{
  inherit common deployer;

  prepare = {
    packages = deployer;
    timeout = 600;
    script = ''
      ${common}
      auto_merge=${yes settings.autoMerge} require_clean=${yes settings.requireClean} require_signed=${yes settings.requireSignedCommits}
      ${builtins.readFile ./prepare.sh}
    '';
  };

  push = node: {
    kind = "command";
    on = "deployer";
    after = [ "copy:${node}" ];
    before = [ "activate:${node}" ];
    packages = deployer;
    timeout = 600;
    command = ''
      node=${node} mirrored=(${lib.escapeShellArgs (mirroredOn node)})
      ${common}
      ${builtins.readFile ./push.sh}
    '';
  };

  serve =
    node: served: pkgs:
    script pkgs "git-${served}" {
      packages = deployer pkgs;
      text = ''
        served=${served} NETLIB_DEPLOY= NETLIB_SYSTEM=$(readlink -f /nix/var/nix/profiles/system || :)
        NETLIB_PREVIOUS=$NETLIB_SYSTEM
        ${ofNode node}
        ${builtins.readFile ./serve.sh}
      '';
    };

  before = node: onNode node "before";
  confirm = node: onNode node "confirm";
  rollback = node: onNode node "rolled_back";

  commands = {
    history = command "Deployments of the network, or of one node: history [NODE] [--since DATE] [--json]" "history";
    who = command "Who deployed what runs on a node, when and from where: who NODE" "who";
    show = command "All that is known of one deployment: show ID" "show";
    verify = command "Check signatures and completeness of the records of all nodes" "verify";
    network-clone = command "Get the repository back from any node: network-clone root@NODE DIRECTORY" "network_clone";
    merge-node = command "Look at what a node runs and this clone lacks, and merge it after a question: merge-node NODE" "merge_node";
  };
}
