# expect: The option `networking.hostName' has conflicting definition values
{
  imports = [
    { networking.hostName = "a"; }
    { networking.hostName = "b"; }
  ];
}
