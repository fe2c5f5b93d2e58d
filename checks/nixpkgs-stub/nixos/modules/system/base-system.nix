# What activation shares with the Debian below: blocks in its files, its units to reload, modules' own outputs.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.system.stub;

  blockFile =
    target: sources:
    pkgs.runCommand "block-${lib.replaceStrings [ "/" ] [ "-" ] target}" {
      sources = map (source: "${source}") sources;
    } ''cat $sources > "$out"'';
in
{
  options.system = {
    build = mkOption {
      type = types.submodule { freeformType = types.lazyAttrsOf (types.uniq types.unspecified); };
      default = { };
      internal = true;
      example = lib.literalExpression "{ myImage = pkgs.hello; }";
      description = "Derivations made from the configuration.";
    };

    stub = {
      blocks = mkOption {
        type = types.attrsOf (types.listOf types.path);
        default = { };
        internal = true;
        example = lib.literalExpression "{ hosts = [ ./hosts ]; }";
        description = "Files whose text is kept as a marked block of a file below /etc that the base system owns.";
      };
      reloads = mkOption {
        type = types.attrsOf types.str;
        default = { };
        internal = true;
        example = {
          "ssh.service" = "Port 22";
        };
        description = "Units of the base system to reload (restarting where they cannot) when the text changes.";
      };
    };
  };

  config.system = {
    build.stubBlocks = pkgs.writeText "blocks" (
      lib.concatStrings (
        lib.mapAttrsToList (target: sources: "${target}\t${blockFile target sources}\n") cfg.blocks
      )
    );
    build.stubReloads = pkgs.writeText "reloads" (
      lib.concatStrings (
        lib.mapAttrsToList (unit: text: "${unit}\t${builtins.hashString "sha256" text}\n") cfg.reloads
      )
    );
    activationScripts.etcBlocks = {
      deps = [ "etc" ];
      supportsDryActivation = true;
      text = ''
        stub_place_blocks "$systemConfig"
      '';
    };
  };
}
