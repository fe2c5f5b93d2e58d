{ lib, ... }:
{
  # Definitions with properties are found as well.
  exports.networks = lib.mkMerge [
    { radio.subnets = lib.mkDefault [ "10.1.2.0/24" ]; }
    {
      # Nobody is in both, and it says that its addresses stay where they are.
      shed = {
        isolated = true;
        subnets = [ "10.1.3.0/24" ];
        members.alpha = { };
      };
    }
  ];
}
