# Static addresses of interfaces that exist already.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  addressOf = bits: {
    options = {
      address = mkOption {
        type = types.str;
        example = if bits == 32 then "192.0.2.1" else "2001:db8::1";
        description = "The address.";
      };
      prefixLength = mkOption {
        type = types.ints.between 0 bits;
        example = if bits == 32 then 24 else 64;
        description = "Length of the network's prefix.";
      };
    };
  };
  addresses =
    bits:
    mkOption {
      type = types.listOf (types.submodule (addressOf bits));
      default = [ ];
      example = [
        {
          address = if bits == 32 then "192.0.2.1" else "2001:db8::1";
          prefixLength = if bits == 32 then 24 else 64;
        }
      ];
      description = "Addresses to add.";
    };

  interfaceOptions =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default = name;
          defaultText = lib.literalMD "the name of the attribute";
          example = "eth0";
          description = "Name of the interface.";
        };
        useDHCP = mkOption {
          type = types.nullOr types.bool;
          default = null;
          example = true;
          description = "Whether the interface uses DHCP; accepted without effect.";
        };
        mtu = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 1400;
          description = "Largest packet of the interface.";
        };
        ipv4.addresses = addresses 32;
        ipv6.addresses = addresses 128;
      };
    };

  show = entry: "${entry.address}/${toString entry.prefixLength}";
  allOf = interface: map show (interface.ipv4.addresses ++ interface.ipv6.addresses);

  service =
    interface:
    lib.nameValuePair "network-addresses-${interface.name}" {
      description = "Addresses of ${interface.name}";
      wantedBy = [ "multi-user.target" ];
      after = [ "network-pre.target" ];
      before = [ "network.target" ];
      path = [ pkgs.iproute2 ];
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
      };
      script =
        lib.optionalString (interface.mtu != null) ''
          ip link set dev "${interface.name}" mtu ${toString interface.mtu}
        ''
        + lib.concatMapStrings (address: ''
          ip address replace "${address}" dev "${interface.name}"
        '') (allOf interface);
      postStop = lib.concatMapStrings (address: ''
        ip address del "${address}" dev "${interface.name}" || true
      '') (allOf interface);
    };
in
{
  options.networking.interfaces = mkOption {
    type = types.attrsOf (types.submodule interfaceOptions);
    default = { };
    example = {
      eth1.ipv4.addresses = [
        {
          address = "192.0.2.1";
          prefixLength = 24;
        }
      ];
    };
    description = "Interfaces to configure.";
  };

  config.systemd.services = lib.listToAttrs (
    map service (
      lib.filter (interface: allOf interface != [ ] || interface.mtu != null) (
        lib.attrValues config.networking.interfaces
      )
    )
  );
}
