# The example of the README: watch shows the page to all in the mesh.
{
  nodes.watch.addresses = [ "192.0.2.10" ];
  nodes.web = { };
  nodes.db = { };
  externals.phone = {
    description = "Anna's phone";
    publicKeys.wireguard = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  };

  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    relays = [ "watch" ];
    members = {
      watch.address = "10.10.0.1";
      web.address = "10.10.0.2";
      db.address = "10.10.0.3";
      phone.address = "10.10.0.9";
    };
  };

  status-page.servers = [ "watch" ];
}
