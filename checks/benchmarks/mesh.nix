# A network of one shape and size, evaluated as a deployment does: its plan, and what each node gets from the network modules.
{
  nixpkgs,
  shape,
  size,
}:
let
  subject = import ../nix/subject.nix { inherit nixpkgs; };
  inherit (subject) lib modules;

  names = map (index: "node${toString index}") (lib.range 1 size);
  each = f: lib.genAttrs names f;
  # A key for each node: equal ones are a conflict.
  keyOf = name: "${builtins.substring 0 42 (builtins.hashString "sha256" name)}A=";

  shapes = {
    mesh.wireguard-mesh.wg0 = {
      subnet = "10.0.0.0/8";
      members = each (_: { });
    };
    star.wireguard-vpn.vpn = {
      subnet = "10.0.0.0/8";
      servers.${builtins.head names}.address = "10.0.0.1";
      clients = lib.genAttrs (builtins.tail names) (_: { });
    };
  };

  network = subject.evaluate {
    imports = [
      modules.wireguard-mesh
      modules.wireguard-vpn
      shapes.${shape}
    ];
    network.name = "bench";
    nodes = each (name: {
      addresses = [ "${name}.example.org" ];
      facts = {
        wireguard-mesh-wg0 = keyOf name;
        wireguard-vpn-vpn = keyOf name;
      };
    });
  };

  # A node's contribution, merged without NixOS, whose cost is not what is measured.
  contributionOf =
    name:
    (lib.evalModules {
      modules = [
        network.config.configure.${name} or { }
        {
          _module.freeformType = with lib.types; attrsOf anything;
          # Conditional in the contributions: without a value they could not be forced.
          networking.nat.enable = lib.mkDefault false;
          networking.nameservers = lib.mkDefault [ ];
          _module.args.pkgs = subject.pin.legacyPackages.x86_64-linux;
        }
      ];
    }).config.networking;
in

builtins.deepSeq network.plan (builtins.deepSeq (map contributionOf names) size)
