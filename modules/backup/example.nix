# The example of the README, which the tests evaluate: two clients and a server in a mesh.
{
  nodes.vault.addresses = [ "vault.example.org" ];
  nodes.web.addresses = [ "web.example.org" ];
  nodes.mail.addresses = [ "mail.example.org" ];

  wireguard-mesh.wg0 = {
    subnet = "fd00:10::/64";
    members = {
      vault.address = "fd00:10::1";
      web = { };
    };
  };

  backup.daily = {
    servers.vault.path = "/srv/backup";
    clients = {
      web.paths = [ "/var/lib/app" ];
      mail = {
        paths = [
          "/home"
          "/var/mail"
        ];
        exclude = [ "*/.cache" ];
      };
    };
    recoveryKeys = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudd5nscqw4r9wr" ];
  };
}
