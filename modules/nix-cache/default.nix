# Binary caches: servers offer what is in their Nix store, signed with keys made there; clients fetch it instead of building.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.nix-cache;
  login = import ../shared/nix-store-login.nix { inherit lib; };
  tables = lib.mapAttrs (import ./table.nix { inherit lib netlib; } config) instances;
  merged = part: lib.mkMerge (lib.mapAttrsToList part tables);
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  options.nix-cache = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule (import ./options.nix { inherit config netlib; }));
    default = { };
    description = ''
      Binary caches, by instance name. Clients of an instance ask its servers for store paths, over a network that both are in
      where there is one, and believe the servers' signatures.
    '';
    example = lib.literalExpression ''
      {
        main = {
          servers.gamma = { };
          uploaders = [ "alpha" ];
        };
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit tables;
      fileOf = netlib.errors.definedIn options.nix-cache;
    };

    warnings = lib.mapAttrsToList (
      instance: table:
      "nix-cache.${instance}.trustUploaders: root of ${lib.concatStringsSep ", " (builtins.attrNames table.uploaders)} is as good as root of the servers and clients of this cache."
    ) (lib.filterAttrs (_: table: table.trustUploaders && table.uploaders != { }) tables);

    ssh-host-keys = merged (
      _: table: lib.optionalAttrs (table.uploaders != { }) (lib.mapAttrs (_: _: { }) table.servers)
    );
    gather = merged (import ./gather.nix { inherit lib login; });
    configure = merged (import ./configure.nix { inherit lib login; });
    checks = merged (import ./checks.nix { inherit lib; });

    # A client is switched when the caches that it is told of are there.
    deploy.order = lib.mapAttrs' (
      instance: table:
      lib.nameValuePair "nix-cache-${instance}" {
        nodes = table.others;
        after = builtins.attrNames table.servers;
        yields = true;
      }
    ) (lib.filterAttrs (_: table: table.serversFirst) tables);

    exports = {
      members.nix-cache = lib.mapAttrs (
        _: settings: builtins.attrNames settings.servers ++ settings.clients ++ settings.uploaders
      ) instances;
      publicKeys = lib.mapAttrs' (
        instance: table:
        lib.nameValuePair "nix-cache-${instance}" (lib.mapAttrs (_: server: server.publicKey) table.servers)
      ) tables;
      services = lib.mkMerge (
        lib.mapAttrsToList (
          instance: table:
          lib.mapAttrs (_: server: {
            "nix-cache-${instance}" = {
              description = "Nix binary cache ${instance}";
              option = [
                "nix-cache"
                instance
              ];
              inherit (server) clients port;
              scheme = "http";
            };
          }) table.servers
        ) tables
      );
    };
  };
}
