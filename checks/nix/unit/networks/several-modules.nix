# Networks as people have them, of many modules that each want an order: nobody says which one is to give way.
{ subject }:
let
  inherit (subject) modules;
in
{
  # A house: everything that serves others is served by others too.
  home-lab = {
    imports = with modules; [
      wireguard-mesh
      hosts
      monitoring
      backup
      nix-cache
      remote-builders
      reverse-proxy
    ];
    nodes.gate.addresses = [ "gate.example.org" ];
    nodes.nas = { };
    nodes.build = { };
    nodes.media = { };

    wireguard-mesh.wg0 = {
      subnet = "10.10.0.0/24";
      relays = [ "gate" ];
      members."*" = { };
      reach = "all";
    };
    # The cache is filled by who builds, which fetches from it.
    nix-cache.main = {
      servers.nas = { };
      uploaders = [ "build" ];
    };
    remote-builders.main = {
      builders.build = { };
      clients = [ "!build" ];
    };
    # The gate is backed up to a machine that it proxies.
    backup.main = {
      servers.nas.directory = "/mnt/backup";
      clients."!nas" = { };
      paths = [ "/var/lib" ];
      recoveryRecipients = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" ];
    };
    reverse-proxy.public = {
      proxies.gate = { };
      acme = {
        acceptTerms = true;
        email = "admin@example.org";
      };
      hosts."media.example.org".backends.media.port = 8096;
      hosts."files.example.org".backends.nas.port = 8080;
    };
    monitoring.main.servers = [ "nas" ];
    hosts.home.domain = "home.arpa";
  };

  # Two sites and machines that move between them: the server of one VPN is a client of the other.
  roaming = {
    imports = with modules; [
      wireguard-vpn
      nix-cache
      backup
    ];
    nodes.north.addresses = [ "north.example.org" ];
    nodes.south.addresses = [ "south.example.org" ];
    nodes.anna.tags = [ "laptop" ];
    nodes.ben.tags = [ "laptop" ];

    wireguard-vpn.to-north = {
      subnet = "10.20.0.0/24";
      servers.north = { };
      clients."!north" = { };
    };
    wireguard-vpn.to-south = {
      subnet = "10.21.0.0/24";
      servers.south = { };
      clients."!south" = { };
    };
    nix-cache.main.servers.anna = { };
    backup.main = {
      servers.south.directory = "/mnt/backup";
      clients."@laptop" = { };
      clients.north = { };
      paths = [ "/home" ];
      recoveryRecipients = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" ];
    };
  };

  # IPv6 only, with a mesh in the mesh: relays of one are hidden in the other.
  ipv6 = {
    imports = with modules; [
      wireguard-mesh
      nix-cache
      remote-builders
      reverse-proxy
      hello
    ];
    nodes.a.addresses = [ "2001:db8::a" ];
    nodes.b.addresses = [ "2001:db8::b" ];
    nodes.c = { };
    nodes.d = { };

    wireguard-mesh.one = {
      subnet = "fd00:10::/64";
      members."*" = { };
      members.b.endpoint = null;
      relays = [ "a" ];
      reach = "all";
    };
    wireguard-mesh.two = {
      subnet = "fd00:11::/64";
      members."*" = { };
      members.a.endpoint = null;
      relays = [ "b" ];
      reach = "all";
    };
    nix-cache.main.servers.c = { };
    remote-builders.main = {
      builders.d = { };
      clients = [ "c" ];
    };
    reverse-proxy.public = {
      proxies.a = { };
      acme = {
        acceptTerms = true;
        email = "admin@example.org";
      };
      hosts."shop.example.org".backends.c.port = 8080;
    };
    hello.there = {
      server = "d";
      clients = [ "a" ];
    };
    hello.back = {
      server = "a";
      clients = [ "d" ];
    };
  };
}
