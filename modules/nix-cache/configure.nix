# What a cache contributes: the program and the account of uploaders on servers, substituters on clients, the hook on uploaders.
{ lib, login }:
_: table:
let
  uploads = table.uploaders != { };
  uploadersOf = server: builtins.attrValues (removeAttrs table.uploaders [ server ]);

  # The options of harmonia moved in 25.11; each pin has one of the two places.
  harmonia =
    server:
    { options, ... }:
    let
      settings = {
        enable = true;
        signKeyPaths = [ table.cacheKeyFile ];
        settings = {
          bind = "[::]:${toString server.port}";
          inherit (server) priority;
        };
      };
    in
    {
      services.harmonia = if options.services.harmonia ? cache then { cache = settings; } else settings;
    };

  nix-serve = server: {
    services.nix-serve = {
      enable = true;
      inherit (server) port;
      secretKeyFile = table.cacheKeyFile;
    };
  };

  asServer = name: server: {
    imports = [
      ({ inherit harmonia nix-serve; }.${server.software} server)
    ]
    ++ lib.optional (uploads && uploadersOf name != [ ]) (
      login.account {
        inherit (table) user;
        keys = map (uploader: uploader.sshKey) (uploadersOf name);
      }
    );
    nix.settings.trusted-public-keys = map (uploader: uploader.signature) (uploadersOf name);
    networking.firewall =
      if server.interfaces == null then
        { allowedTCPPorts = [ server.port ]; }
      else
        {
          interfaces = lib.genAttrs server.interfaces (_: {
            allowedTCPPorts = [ server.port ];
          });
        };
  };

  asClient = name: client: {
    nix.settings = {
      substituters = lib.mapAttrsToList (_: server: server.urlFrom name) client.servers;
      trusted-public-keys = lib.mapAttrsToList (_: server: server.publicKey) client.servers;
      # A cache that is down costs seconds, and nothing fails for it.
      connect-timeout = lib.mkDefault 5;
      fallback = lib.mkDefault true;
    };
  };

  # A build is not undone because a cache is down: the hook says so and succeeds.
  hookFor =
    name: uploader: pkgs: package:
    pkgs.writeShellScript "nix-cache-${table.instance}-upload" (
      ''
        set -eu
        set -f
      ''
      + lib.concatStrings (
        lib.mapAttrsToList (server: settings: ''
          NIX_SSHOPTS=${
            lib.escapeShellArg (
              lib.concatMapStringsSep " " (option: "-o ${option}") (settings.sshOptionsFrom name)
            )
          } \
            ${package}/bin/nix --extra-experimental-features nix-command copy --to ${lib.escapeShellArg settings.storeUrl} $OUT_PATHS ||
            echo "nix-cache ${table.instance}: could not upload to ${server}: $OUT_PATHS" >&2
        '') uploader.servers
      )
    );

  asUploader =
    name: uploader:
    { config, pkgs, ... }:
    {
      nix.settings = {
        secret-key-files = [ table.uploadSignatureFile ];
        post-build-hook = "${hookFor name uploader pkgs config.nix.package}";
      };
    };
in
lib.mkMerge [
  (lib.mapAttrs asServer table.servers)
  (lib.mapAttrs asClient table.clients)
  (lib.mapAttrs asUploader table.uploaders)
]
