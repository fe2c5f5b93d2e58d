# Time zone and locale.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  zone = config.time.timeZone;
in
{
  options = {
    time.timeZone = mkOption {
      type = types.nullOr (types.addCheck types.str (name: builtins.match ".* .*" name == null)) // {
        description = "null or string without spaces";
      };
      default = null;
      example = "Europe/Berlin";
      description = "The time zone; null leaves the base system's.";
    };
    i18n = {
      defaultLocale = mkOption {
        type = types.str;
        default = "en_US.UTF-8";
        example = "de_DE.UTF-8";
        description = "The locale of programs; accepted without effect.";
      };
      extraLocaleSettings = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          LC_TIME = "de_DE.UTF-8";
        };
        description = "Further locale variables; accepted without effect.";
      };
      supportedLocales = mkOption {
        type = types.listOf types.str;
        default = [ "all" ];
        example = [ "en_US.UTF-8/UTF-8" ];
        description = "Locales to install; accepted without effect.";
      };
    };
    console.keyMap = mkOption {
      type = types.either types.str types.path;
      default = "us";
      example = "de";
      description = "The keyboard of the console; accepted without effect.";
    };
  };

  config.environment.etc = lib.mkIf (zone != null) {
    localtime = {
      source = "/usr/share/zoneinfo/${zone}";
      mode = "direct-symlink";
    };
  };
}
