# How far nodes are taken and how long that may last: for all nodes, and in each node for itself.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

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
          How long a switch may take. Then the node ends it, with everything that it started, and goes back by itself.
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
          Then it goes back to the system before by itself.
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

    bootOnce = lib.mkOption (
      usual "bootOnce"
      // {
        type = types.bool;
        description = ''
          Whether a restart into a new system is a trial: the boot loader boots it once, and what booted before stays the
          default until the new system has come up, was healthy and was confirmed. A system that panics, hangs or cannot be
          reached costs a restart, and the machine is back on the system from before. Needs systemd-boot. It adds a service and
          kernel parameters to the node.
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
