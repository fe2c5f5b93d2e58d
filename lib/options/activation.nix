# How far nodes are taken and how long that may last: for all nodes, and in each node for itself.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

  window.options = {
    start = lib.mkOption {
      type = types.strMatching "[A-Za-z0-9*,./:~ -]+";
      description = "When it opens: a calendar event of systemd (`systemd-analyze calendar` explains one).";
      example = "Sat,Sun 02:00";
    };

    duration = lib.mkOption {
      type = netlib.types.duration;
      description = "How long it is open.";
      example = "2h";
    };
  };

  around.options = {
    on = lib.mkOption {
      type = types.nullOr (types.enum ([ "deployer" ] ++ builtins.attrNames config.nodes));
      default = null;
      description = "Where it runs: a node, as root, or the `deployer`, as the user that runs netlib; `null` is the node itself.";
      example = "balancer";
    };

    command = lib.mkOption {
      type = types.lines;
      description = "Shell script, run with `set -eu`. `NETLIB_NODE` is the name of the node that restarts. It may run again.";
      example = "haproxyctl disable server \"web/$NETLIB_NODE\"";
    };

    packages = netlib.types.packages "socat" "Packages of the pin of the node where it runs, whose programs it calls.";

    timeout = lib.mkOption {
      type = netlib.types.duration;
      default = 600;
      description = "How long it may take.";
      example = "2m";
    };
  };

  aroundWith =
    name: description: usual:
    lib.mkOption (
      usual name
      // {
        type = types.nullOr (types.submodule around);
        inherit description;
        example = {
          on = "balancer";
          command = "haproxyctl ${
            if name == "drain" then "disable" else "enable"
          } server \"web/$NETLIB_NODE\"";
        };
      }
    );

  # `usual` gives the default of each option, and how it is documented.
  optionsWith = usual: {
    goal = lib.mkOption (
      usual "goal"
      // {
        type = types.enum [
          "switch"
          "boot"
          "test"
          "dry-activate"
          "build"
          "copy"
        ];
        description = ''
          How far a deployment takes the node: `switch` activates its system and makes it the one that boots; `boot` only does
          the latter; `test` only the former, so that the next boot brings the earlier system back; `dry-activate` says what a
          switch would change; `copy` and `build` end when the system is in the node's store, or in the deployer's.
          `netlib deploy --goal` overrides it.
        '';
        example = "boot";
      }
    );

    timeout = lib.mkOption (
      usual "timeout"
      // {
        type = netlib.types.duration;
        description = ''
          How long a switch may take. Then the node ends it, with everything that it started, and rolls back on its own.
        '';
        example = "30m";
      }
    );

    confirmTimeout = lib.mkOption (
      usual "confirmTimeout"
      // {
        type = netlib.types.duration;
        description = ''
          How long the node waits, after its switch, for the deployer to reach it over a new connection.
          Then it rolls back to the system before on its own.
        '';
        example = "3m";
      }
    );

    mayFail = lib.mkOption (
      usual "mayFail"
      // {
        type = types.listOf (types.strMatching "[][A-Za-z0-9:_.@*?!-]+");
        description = ''
          Units that may fail in a switch: their names, or patterns with `*`, `?` and `[…]`. The switch goes on, and the
          deployment warns of them. A unit that failed before and is the same in both systems, and one that somebody started by
          hand with `systemd-run`, may do so anyway.
        '';
        example = [
          "fwupd-refresh.service"
          "backup-*.service"
        ];
      }
    );

    reboot = lib.mkOption (
      usual "reboot"
      // {
        type = types.enum [
          "never"
          "when-needed"
        ];
        description = ''
          Whether the node is restarted after its activation: `when-needed` is when kernel, its modules, initrd, kernel parameters
          or systemd are not those it booted with, or when NixOS does not switch to the new system without a restart
          (`system.switch.inhibitors`). `netlib deploy --reboot` stands for `when-needed`.
        '';
        example = "when-needed";
      }
    );

    rebootWindow = lib.mkOption (
      usual "rebootWindow"
      // {
        type = types.nullOr (types.submodule window);
        description = ''
          When a deployment may restart the node, by the node's own clock and time zone. Outside of it the result says what needs a
          restart and when the window opens, as with `reboot = "never"`; a deployment within the window restarts it. With `null`,
          any time will do. Steps of plans that restart a node (`kind = "reboot"`) do so at once.
        '';
        example = {
          start = "Sat 02:00";
          duration = "2h";
        };
      }
    );

    drain = aroundWith "drain" ''
      What takes the node out of service before a deployment restarts it, such as out of a load balancer. Nothing of it runs where
      no restart is due. If it fails, the node is left alone: neither switched nor restarted.
    '' usual;

    undrain = aroundWith "undrain" ''
      What brings the node back into service after its activation and restart, also where these failed or the node rolled back to
      the system before. What comes after the node waits for it, such as the next batch of its rollout.
    '' usual;

    bootOnce = lib.mkOption (
      usual "bootOnce"
      // {
        type = types.bool;
        description = ''
          Whether a restart into a new system is a trial: the boot loader boots it once, and what booted before stays the
          default until the new system has come up, was healthy and was confirmed. A system that panics, hangs or cannot be
          reached costs a restart, and the machine is back on the system from before. Needs systemd-boot or GRUB. It adds a service and
          kernel parameters to the node, and a watchdog (`RuntimeWatchdogSec`).
        '';
        example = true;
      }
    );

    rebootTimeout = lib.mkOption (
      usual "rebootTimeout"
      // {
        type = netlib.types.duration;
        description = "How long a restart may take until the node answers again with its new system.";
        example = "20m";
      }
    );
  };

  builtIn = {
    goal = "switch";
    timeout = "10m";
    confirmTimeout = "1m";
    mayFail = [ ];
    reboot = "never";
    rebootWindow = null;
    drain = null;
    undrain = null;
    bootOnce = false;
    rebootTimeout = "10m";
  };

  node = {
    options.activation = optionsWith (name: {
      default = config.activation.${name};
      defaultText = lib.literalExpression "config.activation.${name}";
    });
  };
in
{
  options = {
    activation = optionsWith (name: {
      default = builtIn.${name};
    });

    # The rest of a node is declared in nodes.nix.
    nodes = lib.mkOption { type = types.attrsOf (types.submodule node); };
  };
}
