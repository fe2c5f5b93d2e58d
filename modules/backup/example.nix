# The README's example, which the tests evaluate: two machines that are backed up to a third.
{
  nodes.web.addresses = [ "web.example.org" ];
  nodes.shop.addresses = [ "2001:db8::5" ];
  nodes.vault.addresses = [ "vault.example.org" ];

  backup.main = {
    servers.vault.directory = "/mnt/vault/backup";
    clients = {
      web = { };
      shop = {
        paths = [
          "/srv/shop"
          "/var/backup"
        ];
        preHook = "runuser -u postgres -- pg_dumpall > /var/backup/postgres.sql";
        readWritePaths = [ "/var/backup" ];
      };
    };
    paths = [
      "/home"
      "/var/lib"
    ];
    exclude = [ "/home/*/.cache" ];
    recoveryRecipients = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" ];
  };
}
