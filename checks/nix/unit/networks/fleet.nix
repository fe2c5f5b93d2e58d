# A fleet of so many machines with most modules, for pictures: 3 is a gateway, a web server and a vault.
{ modules, lib }:
size:
let
  name = kind: number: "${kind}${lib.fixedWidthNumber (if size > 30 then 2 else 1) number}";
  several = kind: count: map (name kind) (lib.range 1 count);
  count = {
    gateway = if size > 30 then 3 else 1;
    database =
      if size < 10 then
        0
      else if size > 30 then
        4
      else
        2;
    builder =
      if size < 10 then
        0
      else if size > 30 then
        2
      else
        1;
    edge = if size > 30 then 12 else 0;
  };
  gateways = if count.gateway == 1 then [ "gateway" ] else several "gateway" count.gateway;
  webs = several "web" (size - count.gateway - count.database - count.builder - count.edge - 1);
  databases = several "database" count.database;
  builders = several "builder" count.builder;
  edges = several "edge" count.edge;
  all = gateways ++ webs ++ databases ++ builders ++ edges ++ [ "vault" ];

  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna";
in
{
  imports = [
    modules.backup
    modules.monitoring
    modules.nix-cache
    modules.remote-builders
    modules.reverse-proxy
    modules.wireguard-mesh
    modules.wireguard-vpn
  ];
  network.name = "fleet";
  nodes = lib.genAttrs all (name: {
    addresses = lib.optional (!(lib.elem name edges)) "${name}.example.org";
    tags = lib.optional (lib.elem name edges) "edge" ++ lib.optional (lib.hasSuffix "2" name) "rack-2";
  });
  roles = {
    web = {
      nodes = [ "web*" ];
    };
  }
  // lib.optionalAttrs (databases != [ ]) { database.nodes = [ "database*" ]; };
  externals = lib.optionalAttrs (size > 3) {
    laptop = {
      description = "Anna's laptop";
      publicKeys.wireguard = "pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    };
  };

  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/16";
    members = lib.genAttrs (lib.subtractLists edges all) (_: { });
  };
  wireguard-vpn = lib.optionalAttrs (size > 3) {
    home = {
      subnet = "10.20.0.0/16";
      servers.${lib.head gateways} = { };
      clients = lib.genAttrs ([ "laptop" ] ++ edges) (_: { });
    };
  };
  reverse-proxy.public = {
    proxies = lib.genAttrs gateways (_: { });
    hosts."www.example.org" = {
      backends = lib.genAttrs webs (_: {
        port = 80;
      });
      tls = "none";
    };
  };
  backup.main = {
    servers.vault = { };
    clients = lib.genAttrs (lib.subtractLists ([ "vault" ] ++ edges) all) (_: { });
    paths = [ "/home" ];
    recoveryRecipients = [ key ];
  };
  monitoring.main = {
    servers = [ "vault" ];
    targets = lib.subtractLists edges all;
    grafana = { };
  };
  nix-cache = lib.optionalAttrs (builders != [ ]) {
    main = {
      servers.vault = { };
      clients = webs;
      uploaders = builders;
    };
  };
  remote-builders = lib.optionalAttrs (builders != [ ]) {
    all = {
      builders = lib.genAttrs builders (_: { });
      clients = gateways;
    };
  };
}
