# Activation: snippets of shell, ordered by their dependencies, in one script of the system.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  snippetType = types.either types.str (
    types.submodule {
      options = {
        deps = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "etc" ];
          description = "Snippets that run before this one.";
        };
        text = mkOption {
          type = types.lines;
          example = "mkdir -p /var/lib/example";
          description = "What the snippet runs.";
        };
        supportsDryActivation = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether the snippet also runs, changing nothing, when NIXOS_ACTION is dry-activate.";
        };
      };
    }
  );

  normalise =
    snippet:
    if lib.isString snippet then
      {
        deps = [ ];
        text = snippet;
        supportsDryActivation = false;
      }
    else
      snippet;

  # A snippet that fails does not stop the others, as on NixOS: the trap of the prologue notes it.
  withReport =
    name: snippet:
    snippet
    // {
      text = lib.optionalString (snippet.text != "") ''
        # snippet ${name}
        _localstatus=0
        ${snippet.text}
        stub_report_snippet ${lib.escapeShellArg name} "$_localstatus"
      '';
    };

  withoutWet =
    name: snippet:
    if snippet.supportsDryActivation then
      snippet
    else
      snippet // { text = "# snippet ${name} cannot run dry\n"; };

  assemble =
    change: set:
    let
      snippets = lib.mapAttrs change (lib.mapAttrs withReport (lib.mapAttrs (_: normalise) set));
    in
    lib.concatStringsSep "\n" (
      [
        "#!${pkgs.runtimeShell}"
        "systemConfig=@out@"
        ". ${../../activation}/prologue.sh"
      ]
      ++ lib.filter (text: text != "") (lib.textClosureList snippets (lib.attrNames snippets))
      ++ [ ". ${../../activation}/epilogue.sh\n" ]
    );
in
{
  options.system = {
    activationScripts = mkOption {
      type = types.attrsOf snippetType;
      default = { };
      example = {
        example.text = "mkdir -p /var/lib/example";
      };
      description = "Snippets to run at each activation and at boot; they must be idempotent.";
    };
    activatable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether the system has an activation script.";
    };
  };

  config.system = {
    build.activationScript = pkgs.writeScript "activate" (
      assemble (_: snippet: snippet) config.system.activationScripts
    );
    build.dryActivationScript = pkgs.writeScript "dry-activate" (
      assemble withoutWet config.system.activationScripts
    );

    # Names that other snippets of real configurations depend on.
    activationScripts = {
      specialfs = "";
      usrbinenv = "";
      stdio = "";
      var = "";
      binsh = "";
    };
  };
}
