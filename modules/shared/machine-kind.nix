# What a machine is to its network, as a line of `netlib status`: both kinds come from network modules, and either may be there alone.
{
  key = "netlib/modules/shared/machine-kind";

  status.machine-kind = {
    column = "is";
    program = ''
      kind=
      if [ -e /etc/netlib/deployer ]; then kind='deployment node'; fi
      if [ -d /var/lib/netlib/network.git ]; then kind="''${kind:+$kind, }network node"; fi
      echo "''${kind:-neither a deployment node nor a network node}"
    '';
  };
}
