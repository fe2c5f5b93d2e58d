# What a cache contributes: the program and the account of uploaders on servers, substituters on clients, the hook on uploaders.
{ lib, login }:
_: table:
let
  trustedKeys = import ../shared/trusted-keys.nix { inherit lib; };
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
      (trustedKeys.believe (
        lib.optionals table.trustUploaders (map (uploader: uploader.signature) (uploadersOf name))
      ))
    ]
    ++ lib.optional (uploads && uploadersOf name != [ ]) (
      login.account {
        inherit (table) user;
        keys = map (uploader: uploader.sshKey) (uploadersOf name);
      }
    );
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
    imports = [
      (trustedKeys.believe (lib.mapAttrsToList (_: server: server.publicKey) client.servers))
    ];
    nix.settings = {
      substituters = lib.mapAttrsToList (_: server: server.urlFrom name) client.servers;
      # A cache that is down costs seconds, and nothing fails for it.
      connect-timeout = lib.mkDefault 5;
      fallback = lib.mkDefault true;
    };
  };

  # A result, which only a server that trusts this node takes; else the derivation, which the server builds itself.
  sendTo =
    package: store:
    "${package}/bin/nix --extra-experimental-features nix-command "
    + (
      if table.trustUploaders then
        "copy --to ${store} $OUT_PATHS"
      else
        "build --no-link --eval-store auto --store ${store} \"$DRV_PATH^*\""
    );

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
            ${sendTo package (lib.escapeShellArg settings.storeUrl)} ||
            echo "nix-cache ${table.instance}: could not upload to ${server}: $OUT_PATHS" >&2
        '') uploader.servers
      )
    );

  asUploader =
    name: uploader:
    { config, pkgs, ... }:
    {
      nix.settings = {
        secret-key-files = lib.mkIf table.trustUploaders [ table.uploadSignatureFile ];
        post-build-hook = "${hookFor name uploader pkgs config.nix.package}";
      };
    };
in
lib.mkMerge [
  (lib.mapAttrs asServer table.servers)
  (lib.mapAttrs asClient table.clients)
  (lib.mapAttrs asUploader table.uploaders)
]
