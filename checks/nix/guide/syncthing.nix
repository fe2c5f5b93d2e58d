# Folders that Syncthing keeps in sync between nodes.
{ lib, netlib, ... }:
netlib.instances {
  name = "syncthing";
  description = "Clusters of nodes that keep folders in sync, by name.";
  example.home.members."@home" = { };

  options.folders = lib.mkOption {
    type = lib.types.attrsOf lib.types.path;
    description = "Where the folders are, by name, the same on all members.";
    example.photos = "/srv/photos";
  };
  member.receives = lib.mkOption {
    type = lib.types.bool;
    default = true;
    description = "Whether the member takes what the others change.";
    example = false;
  };

  node =
    this:
    let
      keys = "/var/lib/netlib/${this.id}";
    in
    {
      facts.${this.id} = {
        description = "Syncthing's id of the machine, of the key in ${keys}";
        pattern = "([A-Z2-7]{7}-){7}[A-Z2-7]{7}";
        packages = pkgs: [ pkgs.syncthing ];
        script = ''
          [ -e ${keys}/key.pem ] || syncthing generate --home=${keys} >&2
          syncthing device-id --home=${keys}
        '';
      };
      nixos.services.syncthing = {
        enable = true;
        key = "${keys}/key.pem";
        cert = "${keys}/cert.pem";
        settings.devices = lib.genAttrs this.peers (peer: {
          id = this.fact peer this.id;
          addresses = [ "tcp://${netlib.ip.joinHostPort (this.addressOf peer) 22000}" ];
        });
        settings.folders = lib.mapAttrs (_: path: {
          inherit path;
          devices = this.peers;
          type = if this.member.receives then "sendreceive" else "sendonly";
        }) this.settings.folders;
      };
      nixos.networking.firewall.allowedTCPPorts = [ 22000 ];
      checks.${this.id}.tcpSocket.port = 22000;
      exports.services.${this.id}.port = 22000;
    };
}
