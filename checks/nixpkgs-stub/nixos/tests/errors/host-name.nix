# expect: A definition for option `networking.hostName' is not of type
{ networking.hostName = "not a name"; }
