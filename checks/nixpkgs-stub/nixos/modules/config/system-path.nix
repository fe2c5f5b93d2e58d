# Programs and variables for everybody: /run/current-system/sw and a profile for login shells.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.environment;

  atom = types.oneOf [
    (types.listOf (
      types.oneOf [
        types.int
        types.str
        types.path
      ]
    ))
    types.int
    types.str
    types.path
  ];
  toText =
    value: if lib.isList value then lib.concatMapStringsSep ":" toString value else toString value;

  variables =
    example: what:
    mkOption {
      type = types.attrsOf (types.nullOr atom);
      default = { };
      inherit example;
      apply = set: lib.mapAttrs (_: toText) (lib.filterAttrs (_: value: value != null) set);
      description = "Environment variables ${what}.";
    };
in
{
  options = {
    environment = {
      systemPackages = mkOption {
        type = types.listOf types.package;
        default = [ ];
        example = lib.literalExpression "[ pkgs.git ]";
        description = "Packages whose programs are in /run/current-system/sw.";
      };
      defaultPackages = mkOption {
        type = types.listOf types.package;
        default = [ ];
        example = lib.literalExpression "[ ]";
        description = "Packages that are there unless this is emptied.";
      };
      pathsToLink = mkOption {
        type = types.listOf types.str;
        default = [
          "/bin"
          "/sbin"
          "/share"
          "/etc"
          "/lib"
        ];
        example = [ "/libexec" ];
        description = "Directories of packages to link into the system path.";
      };
      variables = variables { EDITOR = "vi"; } "of shells";
      sessionVariables = variables { PAGER = "less"; } "of login sessions";
      shellAliases = mkOption {
        type = types.attrsOf (types.nullOr (types.either types.str types.path));
        default = { };
        example = {
          ll = "ls -l";
        };
        description = "Aliases of shells.";
      };
    };
    system.path = mkOption {
      type = types.package;
      internal = true;
      description = "The packages of the system in one tree.";
    };
  };

  config = {
    environment.variables = lib.mapAttrs (_: lib.mkDefault) cfg.sessionVariables;

    system.path = pkgs.buildEnv {
      name = "system-path";
      paths = cfg.systemPackages ++ cfg.defaultPackages;
      inherit (cfg) pathsToLink;
    };

    # Read by Debian's /etc/profile after it set PATH.
    environment.etc."profile.d/netlib-stub.sh".text = ''
      PATH="/run/current-system/sw/bin:$PATH"
      export PATH
    ''
    + lib.concatStrings (
      lib.mapAttrsToList (name: value: "export ${name}=${lib.escapeShellArg value}\n") cfg.variables
    )
    + lib.concatStrings (
      lib.mapAttrsToList (name: value: "alias ${name}=${lib.escapeShellArg "${value}"}\n") (
        lib.filterAttrs (_: value: value != null) cfg.shellAliases
      )
    );
  };
}
