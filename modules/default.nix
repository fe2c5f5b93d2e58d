# The published network modules, by the name that users import them with.
let
  # Says where a module comes from in errors, lets it be imported twice, and refuses it where NixOS modules belong.
  publish = name: path: {
    _file = "netlib.modules.${name}";
    key = "netlib/modules/${name}";
    _class = "netlib";
    imports = [ path ];
  };
in
builtins.mapAttrs publish {
  backup = ./backup;
  deploy-access = ./deploy-access;
  deployer = ./deployer;
  git-tracking = ./git-tracking;
  hello = ./hello;
  hosts = ./hosts;
  monitoring = ./monitoring;
  nix-cache = ./nix-cache;
  notifications = ./notifications;
  remote-builders = ./remote-builders;
  reverse-proxy = ./reverse-proxy;
  secrets = ./secrets;
  ssh-access = ./ssh-access;
  status-page = ./status-page;
  wireguard-mesh = ./wireguard-mesh;
  wireguard-vpn = ./wireguard-vpn;
}
