# expect: A definition for option `networking.firewall.allowedTCPPorts.*' is not of type
{ networking.firewall.allowedTCPPorts = [ "http" ]; }
