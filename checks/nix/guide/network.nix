# What users of the module write.
{
  nodes.tower.tags = [ "home" ];
  nodes.nas.tags = [ "home" ];
  nodes.laptop = { };

  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members."*" = { };
    members.nas.endpoint = "nas.example.org:51820";
  };

  syncthing.home = {
    folders.photos = "/srv/photos";
    members."@home" = { };
    members.laptop.receives = false;
  };
}
