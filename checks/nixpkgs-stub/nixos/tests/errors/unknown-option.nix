# expect: The option `networking.hostNam' does not exist
{ networking.hostNam = "alpha"; }
