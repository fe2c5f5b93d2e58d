# The SSH server: the base system's own, with a file of settings beside its own configuration.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.services.openssh;

  atom = types.nullOr (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
    ]
  );
  setting =
    type: default: description:
    mkOption {
      type = types.nullOr type;
      inherit default description;
      example = default;
    };

  # What sshd does by itself, or the base system says: not repeated, so that the base system's word holds.
  defaults = {
    PermitRootLogin = "prohibit-password";
    PasswordAuthentication = true;
    KbdInteractiveAuthentication = true;
    UsePAM = true;
    UseDns = false;
    X11Forwarding = false;
    PrintMotd = false;
    StrictModes = true;
    GatewayPorts = "no";
    LogLevel = "INFO";
    AuthorizedPrincipalsFile = "none";
  };
  asked = lib.filterAttrs (
    name: value: value != null && !(defaults ? ${name} && defaults.${name} == value)
  ) cfg.settings;

  commaLists = [
    "Ciphers"
    "Macs"
    "KexAlgorithms"
  ];
  show =
    name: value:
    if lib.isBool value then
      (if value then "yes" else "no")
    else if lib.isList value then
      lib.concatStringsSep (if lib.elem name commaLists then "," else " ") value
    else
      toString value;

  text =
    lib.concatMapStrings (port: "Port ${toString port}\n") cfg.ports
    + lib.concatMapStrings (
      listen:
      "ListenAddress ${listen.addr}${
        lib.optionalString (listen.port != null) ":${toString listen.port}"
      }\n"
    ) cfg.listenAddresses
    + "AuthorizedKeysFile ${lib.concatStringsSep " " cfg.authorizedKeysFiles}\n"
    + lib.concatMapStrings (key: "HostKey ${key.path}\n") cfg.hostKeys
    + lib.concatStrings (lib.mapAttrsToList (name: value: "${name} ${show name value}\n") asked)
    + cfg.extraConfig;
in
{
  options.services.openssh = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to configure the SSH server.";
    };
    package = mkOption {
      type = types.package;
      default = pkgs.openssh;
      defaultText = lib.literalExpression "pkgs.openssh";
      example = lib.literalExpression "pkgs.openssh";
      description = "The package with the server; the base system's runs.";
    };
    startWhenNeeded = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether a server starts for each connection; accepted without effect.";
    };
    ports = mkOption {
      type = types.listOf types.port;
      default = [ 22 ];
      example = [ 2222 ];
      description = "Ports to listen on.";
    };
    openFirewall = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether to open the ports.";
    };
    listenAddresses = mkOption {
      default = [ ];
      example = [ { addr = "192.0.2.1"; } ];
      description = "Addresses to listen on; empty for all.";
      type = types.listOf (
        types.submodule {
          options = {
            addr = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "192.0.2.1";
              description = "The address.";
            };
            port = mkOption {
              type = types.nullOr types.port;
              default = null;
              example = 2222;
              description = "The port; null for those of `ports`.";
            };
          };
        }
      );
    };
    generateHostKeys = mkOption {
      type = types.bool;
      default = cfg.enable;
      defaultText = lib.literalExpression "config.services.openssh.enable";
      example = false;
      description = "Whether to make host keys that are missing.";
    };
    hostKeys = mkOption {
      type = types.listOf types.attrs;
      default = [
        {
          type = "rsa";
          bits = 4096;
          path = "/etc/ssh/ssh_host_rsa_key";
        }
        {
          type = "ed25519";
          path = "/etc/ssh/ssh_host_ed25519_key";
        }
      ];
      example = [
        {
          type = "ed25519";
          path = "/etc/ssh/ssh_host_ed25519_key";
        }
      ];
      description = "Host keys of the server.";
    };
    authorizedKeysInHomedir = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether keys in home directories may log in.";
    };
    authorizedKeysFiles = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "/etc/keys/%u" ];
      description = "Files with keys that may log in.";
    };
    settings = mkOption {
      default = { };
      example = {
        PasswordAuthentication = false;
      };
      description = "Settings of the server.";
      type = types.submodule {
        freeformType = types.attrsOf atom;
        options = {
          PermitRootLogin = setting (types.enum [
            "yes"
            "without-password"
            "prohibit-password"
            "forced-commands-only"
            "no"
          ]) defaults.PermitRootLogin "Whether root may log in.";
          PasswordAuthentication =
            setting types.bool defaults.PasswordAuthentication
              "Whether passwords log in.";
          KbdInteractiveAuthentication =
            setting types.bool defaults.KbdInteractiveAuthentication
              "Whether dialogues log in.";
          UsePAM = setting types.bool defaults.UsePAM "Whether PAM is asked.";
          UseDns = setting types.bool defaults.UseDns "Whether clients' names are looked up.";
          X11Forwarding = setting types.bool defaults.X11Forwarding "Whether X11 is forwarded.";
          PrintMotd = setting types.bool defaults.PrintMotd "Whether the message of the day is shown.";
          StrictModes = setting types.bool defaults.StrictModes "Whether modes of key files are checked.";
          GatewayPorts =
            setting types.str defaults.GatewayPorts
              "Whether forwarded ports are reachable from outside.";
          LogLevel = setting (types.enum [
            "QUIET"
            "FATAL"
            "ERROR"
            "INFO"
            "VERBOSE"
            "DEBUG"
            "DEBUG1"
            "DEBUG2"
            "DEBUG3"
          ]) defaults.LogLevel "How much is logged.";
          AuthorizedPrincipalsFile =
            setting types.str defaults.AuthorizedPrincipalsFile
              "File of names a certificate may have.";
          AcceptEnv = setting (types.listOf types.str) null "Variables taken from clients.";
          AllowUsers = setting (types.listOf types.str) null "Users who may log in.";
          AllowGroups = setting (types.listOf types.str) null "Groups who may log in.";
          DenyUsers = setting (types.listOf types.str) null "Users who may not log in.";
          DenyGroups = setting (types.listOf types.str) null "Groups who may not log in.";
          Banner = setting types.path null "File to show before login.";
          Ciphers = setting (types.listOf types.str) null "Ciphers to offer.";
          Macs = setting (types.listOf types.str) null "Message codes to offer.";
          KexAlgorithms = setting (types.listOf types.str) null "Key exchanges to offer.";
        };
      };
    };
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "Match User backup";
      description = "Text to add to the settings.";
    };
  };

  config = lib.mkIf cfg.enable {
    services.openssh.authorizedKeysFiles =
      lib.optional cfg.authorizedKeysInHomedir "%h/.ssh/authorized_keys"
      ++ [ "/etc/ssh/authorized_keys.d/%u" ];
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall cfg.ports;

    # Read before the base system's settings, and sshd takes the first value it meets.
    environment.etc."ssh/sshd_config.d/00-netlib-stub.conf".text = text;
    system.stub.reloads."ssh.service" = text;

    system.activationScripts.sshHostKeys = lib.mkIf cfg.generateHostKeys {
      deps = [ "etc" ];
      text = lib.concatMapStrings (key: ''
        stub_make_host_key ${
          lib.escapeShellArgs [
            key.path
            key.type
            (toString (key.bits or ""))
            (key.comment or "")
          ]
        }
      '') cfg.hostKeys;
    };
  };
}
