# Switches IP forwarding on for the machine, once however many networks ask for it.
{ lib }:
let
  moduleFor = family: {
    key = "netlib/wireguard/forwarding-${family}";
    # Parameters cannot be defined twice at one priority, and `networking.nat` says the same at 99.
    boot.kernel.sysctl = {
      "net.${family}.conf.all.forwarding" = lib.mkOverride 98 true;
    }
    # Who forwards would otherwise stop listening to routers.
    // lib.optionalAttrs (family == "ipv6") {
      "net.ipv6.conf.all.accept_ra" = lib.mkOverride 98 2;
      "net.ipv6.conf.default.accept_ra" = lib.mkOverride 98 2;
    };
  };
in
# The modules for the families of these subnets.
subnets:
[ (moduleFor "ipv4") ]
++ lib.optional (builtins.any (subnet: subnet.address.family == 6) subnets) (moduleFor "ipv6")
