{
  imports = [ ../../../../modules/hello ];
  network.name = "bad";
  nodes.alpha.addresses = [ "alpha.example.org" ];
  nodes.beta.addresses = [ "beta.example.org" ];
  hello.morning = {
    server = "alpha";
    clients = [ "beta" ];
  };
  hello.evening = {
    server = "beta";
    clients = [ "alpha" ];
  };
}
