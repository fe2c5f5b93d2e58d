# Services that listen on an address of a tunnel: they start at boot, and in a first deployment, before the tunnel is up.
{ lib }:
let
  # There from the start.
  isAlways =
    address:
    lib.hasPrefix "127." address
    || builtins.elem address [
      "::1"
      "0.0.0.0"
      "::"
    ];
in
{
  /**
    A NixOS module that lets programs bind to these addresses while the node does not have them yet.

    # Type

    ```
    bindEarly :: [ string ] -> module
    ```
  */
  bindEarly = addresses: {
    boot.kernel.sysctl = lib.mkIf (!builtins.all isAlways addresses) {
      "net.ipv4.ip_nonlocal_bind" = lib.mkDefault 1;
      "net.ipv6.ip_nonlocal_bind" = lib.mkDefault 1;
    };
  };
}
