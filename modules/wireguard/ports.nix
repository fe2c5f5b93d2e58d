# UDP ports of WireGuard networks that set none: the first free one from 51820 on, so that a node can be in several networks.
{ lib }:
config:
let
  usual = 51820;

  instancesOf =
    module: listeners:
    lib.mapAttrsToList (name: settings: {
      id = "${module}.${name}";
      inherit (settings) listenPort;
      listeners = listeners settings;
    }) (config.${module} or { });
  # In this order, so that a mesh keeps its port when a VPN joins it.
  instances =
    instancesOf "wireguard-mesh" (settings: settings.members)
    ++ instancesOf "wireguard-vpn" (settings: settings.servers);

  share = a: b: builtins.intersectAttrs a.listeners b.listeners != { };

  chosen = builtins.filter (instance: instance.listenPort != null) instances;
  allocate =
    done: instance:
    let
      taken = map (other: other.listenPort) (builtins.filter (share instance) done);
      free = lib.findFirst (port: !builtins.elem port taken) usual (lib.range usual 65535);
    in
    done ++ [ (instance // { listenPort = free; }) ];
  all = lib.foldl' allocate chosen (
    builtins.filter (instance: instance.listenPort == null) instances
  );
  byId = lib.listToAttrs (map (instance: lib.nameValuePair instance.id instance.listenPort) all);
in
# The port of an instance, by module and name.
module: name: byId."${module}.${name}"
