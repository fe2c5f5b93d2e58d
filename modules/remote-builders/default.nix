# Builders for chosen systems: clients hand them builds over SSH, with keys that are facts.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.remote-builders;
  login = import ../shared/nix-store-login.nix { inherit lib; };
  tables = lib.mapAttrs (import ./table.nix { inherit lib netlib; } config) instances;
  merged = part: lib.mkMerge (lib.mapAttrsToList part tables);
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  options.remote-builders = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        import ./options.nix {
          inherit netlib;
          inherit (config) nodes;
        }
      )
    );
    default = { };
    description = ''
      Pools of builders, by instance name. The clients of an instance build on its builders what their own system cannot,
      and what the builders do faster.
    '';
    example = lib.literalExpression ''
      {
        main = {
          builders.gamma = {
            systems = [ "x86_64-linux" "aarch64-linux" ];
            maxJobs = 8;
          };
          clients = [ "alpha" "beta" ];
        };
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit tables;
      fileOf = netlib.errors.definedIn options.remote-builders;
    };

    warnings = lib.concatLists (
      lib.mapAttrsToList (
        instance: table:
        lib.mapAttrsToList (
          name: builder:
          "remote-builders.${instance}.builders.${name}.trusted: root of ${lib.concatStringsSep ", " builder.clients} is as good as root of ${name}."
        ) (lib.filterAttrs (_: builder: builder.trusted) table.builders)
      ) tables
    );

    ssh-host-keys = merged (_: table: lib.mapAttrs (_: _: { }) table.builders);
    gather = merged (import ./gather.nix { inherit login; });
    configure = merged (import ./configure.nix { inherit lib login; });
    checks = merged (import ./checks.nix { inherit lib; });

    # A client is switched when the builders it is told of let it in.
    deploy.order = lib.mapAttrs' (
      instance: table:
      lib.nameValuePair "remote-builders-${instance}" {
        nodes = lib.subtractLists (builtins.attrNames table.builders) (builtins.attrNames table.clients);
        after = builtins.attrNames table.builders;
        yields = true;
      }
    ) (lib.filterAttrs (_: table: table.buildersFirst) tables);

    exports.members.remote-builders = lib.mapAttrs (
      _: settings: builtins.attrNames settings.builders ++ settings.clients
    ) instances;

    exports.publicKeys = lib.mapAttrs' (
      instance: table:
      lib.nameValuePair "remote-builders-${instance}" (
        lib.mapAttrs (_: client: client.sshKey) table.clients
      )
    ) tables;
  };
}
