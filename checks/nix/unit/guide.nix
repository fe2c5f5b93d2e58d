# The module that docs/network-modules.md walks through: it is shown as it is, works, and is as short as it says.
{ subject, ... }:
let
  inherit (subject) lib modules;
  folder = ../guide;
  guide = ../../../docs/network-modules.md;

  # The code blocks of a page, in their order; `kind` is the word behind the first fence.
  blocksOf =
    kind: file:
    map (lib.removePrefix "${kind}\n") (
      builtins.filter (lib.hasPrefix "${kind}\n") (lib.splitString "\n```" (builtins.readFile file))
    );
  linesOf = text: builtins.filter (line: line != "") (lib.splitString "\n" text);
  isShown = kind: file: {
    expr = linesOf (lib.concatStringsSep "\n" (blocksOf kind guide));
    expected = linesOf (builtins.readFile file);
  };

  id =
    letter: lib.concatStringsSep "-" (lib.genList (_: lib.concatStrings (lib.genList (_: letter) 7)) 8);
  network = subject.evaluate {
    imports = [
      modules.wireguard-mesh
      (folder + "/syncthing.nix")
      (folder + "/network.nix")
    ];
    network.name = "home";
    nodes.nas.facts.syncthing-home = id "A";
    nodes.laptop.facts.syncthing-home = id "B";
    nodes.tower.facts.syncthing-home = id "C";
  };

  # What the module alone says of the laptop, whatever options NixOS has.
  laptop =
    (lib.evalModules {
      modules = [
        { _module.freeformType = lib.types.attrsOf lib.types.raw; }
        (subject.evaluate {
          imports = [
            (folder + "/syncthing.nix")
            (removeAttrs (import (folder + "/network.nix")) [ "wireguard-mesh" ])
          ];
          network.name = "home";
          nodes.nas = {
            facts.syncthing-home = id "A";
            addresses = [ "2001:db8::1" ];
          };
          nodes.tower = {
            facts.syncthing-home = id "C";
            addresses = [ "tower.example.org" ];
          };
        }).config.configure.laptop
      ];
    }).config;
in
{
  "the guide shows the module" = isShown "nix" (folder + "/syncthing.nix");
  "the guide shows what its users write" = isShown "nix example" (folder + "/network.nix");

  "it has at most 55 lines" = {
    expr = builtins.length (lib.splitString "\n" (builtins.readFile (folder + "/syncthing.nix"))) <= 56;
    expected = true;
  };

  "members, by tag and by name, their facts, checks and ports" = {
    expr = {
      members = network.config.exports.members.syncthing.home;
      facts = lib.mapAttrs (_: facts: facts ? syncthing-home) network.config.facts;
      checked = builtins.attrNames network.config.checks.nas;
      port = network.config.exports.services.tower.syncthing-home.port;
      inherit (network.config.exports.services.tower.syncthing-home) option;
    };
    expected = {
      members = [
        "laptop"
        "nas"
        "tower"
      ];
      facts = {
        laptop = true;
        nas = true;
        tower = true;
      };
      checked = [
        "syncthing-home"
        "wireguard-mesh-wg0"
      ];
      port = 22000;
      option = [
        "syncthing"
        "home"
      ];
    };
  };

  "each member knows the others, and where they are" = {
    expr = {
      inherit (laptop.services.syncthing.settings) devices;
      folder = laptop.services.syncthing.settings.folders.photos;
      inherit (laptop.networking.firewall) allowedTCPPorts;
    };
    expected = {
      devices.nas = {
        id = id "A";
        addresses = [ "tcp://[2001:db8::1]:22000" ];
      };
      devices.tower = {
        id = id "C";
        addresses = [ "tcp://tower.example.org:22000" ];
      };
      folder = {
        path = "/srv/photos";
        devices = [
          "nas"
          "tower"
        ];
        type = "sendonly";
      };
      allowedTCPPorts = [ 22000 ];
    };
  };
}
