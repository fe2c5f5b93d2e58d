# Messages at the end of a deployment: programs of the deployer that are told what became of the nodes.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  settings = config.notifications;
  script = import ../../lib/programs/script.nix { inherit lib; };

  notification.options = {
    on = lib.mkOption {
      type = types.listOf (
        types.enum [
          "failed"
          "rolledBack"
          "changed"
        ]
      );
      default = [
        "failed"
        "rolledBack"
      ];
      description = ''
        When it runs: a step `failed`, a node was `rolledBack` to the system from before, a node was `changed`. Once for a deployment, however
        many of them are true.
      '';
      example = [
        "failed"
        "rolledBack"
        "changed"
      ];
    };

    program = lib.mkOption {
      type = types.lines;
      description = ''
        Shell script, run with `set -eu` on the deployer, as whoever deploys. Its stdin is a text of a few lines, the first of which sums it up.
        `NETLIB_EVENTS` has what is true of `on`, `NETLIB_FAILED`, `NETLIB_ROLLED_BACK` and `NETLIB_CHANGED` names of nodes.
      '';
      example = "curl --silent --data-binary @- https://chat.example.org/hooks/deployments";
    };

    packages = lib.mkOption {
      type = types.functionTo (types.listOf types.package);
      default = _: [ ];
      defaultText = lib.literalExpression "pkgs: [ ]";
      description = "Packages of the network's own nixpkgs whose programs it calls.";
      example = lib.literalExpression "pkgs: [ pkgs.curl ]";
    };

    timeout = lib.mkOption {
      type = netlib.types.duration;
      default = "20s";
      description = "How long it may take. Then it is ended, which is said, and changes nothing.";
      example = "1m";
    };
  };

  program = name: about: {
    packages = pkgs: [
      pkgs.gnused
      pkgs.openssh
      # Found in the PATH: what runs at the end is text, and this one wants packages.
      (pkgs.linkFarm "netlib-notify-${name}" [
        {
          name = "bin/netlib-notify-${name}";
          path = script pkgs "notify-${name}" {
            packages = about.packages pkgs;
            text = about.program;
          };
        }
      ])
    ];
    # Nodes that failed are asked how they went on.
    timeout = about.timeout + 30;
    script = ''
      wanted=(${toString about.on}) limit=${toString about.timeout} patience=20 name=${lib.escapeShellArg name}
      ${builtins.readFile ./notify.sh}
    '';
  };
in
{
  options.notifications = lib.mkOption {
    type = types.attrsOf (types.submodule notification);
    default = { };
    description = ''
      Who is told what became of a deployment, by name. The deployer runs the programs when a deployment or a rollback ends, however it does. None of
      them can make it fail, or hold it up for longer than its `timeout`.
    '';
    example = lib.literalExpression ''
      {
        chat = {
          on = [ "failed" "rolledBack" "changed" ];
          program = "curl --silent --data-binary @- https://chat.example.org/hooks/deployments";
          packages = pkgs: [ pkgs.curl ];
        };
      }
    '';
  };

  config = {
    assertions = lib.concatLists (
      lib.mapAttrsToList (
        name: about:
        lib.optional (about.on == [ ]) {
          assertion = false;
          message = "notifications.${name}.on is empty, so it would never run. Set it to some of failed, rolledBack and changed${netlib.errors.definedIn options.notifications name}.";
        }
        ++ lib.optional (builtins.match "[A-Za-z0-9_-]+" name == null) {
          assertion = false;
          message = "notifications: ${netlib.errors.quoteWord name} cannot be a name. Use letters, digits, - and _${netlib.errors.definedIn options.notifications name}.";
        }
      ) settings
    );

    plans.deploy.hooks.onEnd = lib.mapAttrs' (
      name: about: lib.nameValuePair "notify-${name}" (program name about)
    ) settings;
  };
}
