# Options of one client.
{
  netlib,
  nodes,
  externals,
  addressOption,
  keyVersionOption,
  publicKeyOption,
}:
instance: instanceName:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;
  isNode = nodes ? ${name};
  servers = builtins.attrNames instance.servers;

  # The highest of the hashes: one more server only takes over clients, it never shuffles them.
  weight = server: builtins.hashString "sha256" "${instanceName}/${server}/${name}";
  chosen = builtins.head (lib.sort (a: b: weight a > weight b) servers);
in
{
  options = {
    address = addressOption;

    server = lib.mkOption {
      type = types.nullOr netlib.references.node;
      default = if servers == [ ] then null else chosen;
      defaultText = lib.literalMD "by a hash of the names, so that clients spread over the servers and another server moves few of them";
      description = "The server that the client connects to. It reaches the other servers and their clients through that one.";
      example = "gate";
    };

    tunnel = lib.mkOption {
      type = types.enum [
        "split"
        "full"
      ];
      default = "split";
      description = ''
        What goes through the VPN: with `split` its subnets and the servers' `networks`, with `full` everything.
        A node with a full tunnel still answers at its own addresses, so that it can be deployed there.
      '';
      example = "full";
    };

    keepalive = lib.mkOption {
      type = types.nullOr netlib.types.duration;
      default = "25s";
      description = "Time between the packets that keep the way to the client open. Null sends none: then the server cannot call it.";
      example = "15s";
    };

    dns = lib.mkOption {
      type = types.listOf netlib.types.address;
      default = if isNode && config.tunnel == "split" then [ ] else instance.dns;
      defaultText = lib.literalMD "the instance's `dns` for externals and with a full tunnel, else none";
      description = "Name servers that the client uses.";
      example = [ "10.20.0.1" ];
    };

    keyVersion = keyVersionOption;

    publicKey = publicKeyOption (externals.${name} or null);
  };
}
