# What a node gets: the paths for its modules, units that decrypt before anybody reads, and consumers that restart with a new value.
{ lib, netlib }:
{
  table,
  state,
  # Where a secret is on nodes.
  pathOf,
  # node -> file of the private key.
  identityOf,
}:
let
  inherit (netlib.errors) quote;
  script = import ../../lib/programs/script.nix { inherit lib; };
  inherit (table) all settings;
  root = "/run/netlib-secrets";

  # What NixOS modules of a node see: also of secrets that the node does not have, for a message that says so.
  seenBy = node: name: secret: {
    inherit name;
    inherit (secret) version owner mode;
    path =
      if builtins.elem node secret.for then
        pathOf secret name
      else
        netlib.errors.fail "node ${quote node} uses the secret ${quote name}, which it does not get. Add it to secrets.${name}.for.";
  };

  serviceName = lib.removeSuffix ".service";

  # { <unit> = [ "secret=version" ]; }: a unit file that says so differs when the value does, and only then.
  triggersOf =
    secrets:
    lib.zipAttrs (
      lib.mapAttrsToList (
        name: secret:
        lib.genAttrs (map serviceName secret.restart) (_: "${name}=${toString secret.version}")
      ) secrets
    );

  ofBackend = {
    sops-nix =
      secrets:
      { ... }:
      {
        sops.secrets = lib.mapAttrs (
          _: secret:
          {
            inherit (secret) owner mode;
            neededForUsers = secret.neededFor == "users";
            restartUnits = secret.restart;
          }
          // lib.optionalAttrs (secret.group != null) { inherit (secret) group; }
        ) secrets;
      };
    agenix =
      secrets:
      { ... }:
      {
        age.secrets = lib.mapAttrs (
          _: secret:
          {
            inherit (secret) owner mode;
          }
          // lib.optionalAttrs (secret.group != null) { inherit (secret) group; }
        ) secrets;
      };
  };

  ownBackend =
    node: secrets:
    {
      config,
      pkgs,
      utils,
      ...
    }:
    let
      identity = identityOf node;
      of = purpose: lib.filterAttrs (_: secret: secret.neededFor == purpose) secrets;
      users = of "users";
      services = of "services";

      # Of each file a place in the store of its own: what another file holds changes nothing here.
      fileOf =
        name:
        builtins.path {
          name = "secret-${name}.age";
          path = state.fileOf name node;
        };
      lineOf =
        name: secret:
        lib.concatStringsSep "\t" [
          name
          (toString secret.version)
          (
            if table.hostKeyOf node == null then
              netlib.errors.fail "node ${quote node} gets the secret ${quote name}, and its SSH host key, the fact `ssh-host-key`, has not been gathered. Run: netlib facts gather --on ${node}\nnix run .#command -- secrets rekey"
            else
              "${fileOf name}"
          )
          secret.owner
          # An empty column would be none; `chown` takes nothing for the owner's login group.
          (if secret.group == null then "-" else secret.group)
          secret.mode
        ];
      program =
        tree: ofTree:
        script pkgs "secrets-${tree}" {
          packages = [
            pkgs.age
            pkgs.gnugrep
            pkgs.util-linux
          ];
          text = ''
            root=${root} tree=${tree} identity=${lib.escapeShellArg identity}
            table=${pkgs.writeText "secrets-${tree}" (lib.concatLines (lib.mapAttrsToList lineOf ofTree))}
            ${builtins.readFile ./memory.sh}
            ${builtins.readFile ./host.sh}
          '';
        };

      usesUnits = config.systemd.sysusers.enable or false || config.services.userborn.enable or false;
      makers = [
        "systemd-sysusers.service"
        "userborn.service"
      ];
      early = before: description: start: {
        inherit description before;
        wantedBy = [ "sysinit.target" ];
        requiredBy = [ "sysinit-reactivation.target" ];
        conflicts = [ "shutdown.target" ];
        unitConfig = {
          DefaultDependencies = false;
          RequiresMountsFor = [ identity ];
        };
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          ExecStart = start;
        };
      };
      beforeAll = [
        "sysinit.target"
        "sysinit-reactivation.target"
        "shutdown.target"
      ];

      # The file system that the key is on: the longest mount point above it.
      mountPoints = builtins.filter (
        fs: lib.hasPrefix (if fs.mountPoint == "/" then "/" else "${fs.mountPoint}/") identity
      ) (builtins.attrValues config.fileSystems);
      ofKey = lib.last (
        [ null ]
        ++ lib.sort (a: b: lib.stringLength a.mountPoint < lib.stringLength b.mountPoint) mountPoints
      );
    in
    {
      assertions = lib.optional (ofKey != null) {
        assertion = utils.fsNeededForBoot ofKey;
        message =
          "secrets: the SSH host key ${identity} is on ${ofKey.mountPoint or ""}, which is mounted too late to decrypt secrets with it. "
          + "Set fileSystems.\"${ofKey.mountPoint or ""}\".neededForBoot = true;";
      };

      systemd.services = lib.mkMerge [
        (lib.mkIf (services != { }) {
          netlib-secrets =
            early beforeAll "Secrets of netlib, for services" "${program "services" services}"
            // {
              after = makers ++ [ "netlib-secrets-users.service" ];
            };
        })
        (lib.mkIf (users != { } && usesUnits) {
          netlib-secrets-users = early (
            makers ++ beforeAll
          ) "Secrets of netlib, before users are made" "${program "users" users}";
        })
        # A password that changed is set by whoever makes users. Whatever starts them starts this first.
        (lib.mkIf (users != { } && usesUnits) (
          lib.genAttrs
            (
              lib.optional (config.systemd.sysusers.enable or false) "systemd-sysusers"
              ++ lib.optional (config.services.userborn.enable or false) "userborn"
            )
            (_: {
              wants = [ "netlib-secrets-users.service" ];
              restartTriggers = lib.mapAttrsToList (name: secret: "${name}=${toString secret.version}") users;
            })
        ))
        (lib.mapAttrs (_: triggers: {
          wants = [ "netlib-secrets.service" ];
          after = [ "netlib-secrets.service" ];
          restartTriggers = triggers;
        }) (triggersOf secrets))
      ];

      # Users are made during the activation, before systemd starts anything.
      system.activationScripts = lib.mkIf (users != { } && !usesUnits) {
        netlib-secrets-users = {
          deps = [ "specialfs" ];
          text = "${program "users" users}\n";
        };
        users.deps = [ "netlib-secrets-users" ];
      };
    };
in
{
  # For every node, as each may ask for a path.
  seen = node: {
    options.netlib.secrets = lib.mkOption {
      type = lib.types.lazyAttrsOf lib.types.raw;
      readOnly = true;
      description = "The secrets of the network, each with its `path` on this node.";
      example = lib.literalExpression "config.netlib.secrets.db-password.path";
    };
    config.netlib.secrets = lib.mapAttrs (seenBy node) all;
  };
  contributions = lib.mapAttrs (
    node: secrets:
    if settings.backend == null then ownBackend node secrets else ofBackend.${settings.backend} secrets
  ) table.persistentOf;
}
