# The part of NixOS' `utils` argument that modules here use.
{ lib }:
let
  safe = lib.stringToCharacters "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.";
  escapeCharacter =
    character:
    if character == "/" then
      "-"
    else if lib.elem character safe then
      character
    else
      lib.strings.escapeC [ character ] character;
in
{
  # The escaping of systemd-escape --path.
  escapeSystemdPath =
    path:
    let
      trimmed = lib.removePrefix "/" (lib.removeSuffix "/" (toString path));
      escaped = lib.concatMapStrings escapeCharacter (lib.stringToCharacters trimmed);
    in
    if trimmed == "" then
      "-"
    else if lib.hasPrefix "." escaped then
      "\\x2e${lib.removePrefix "." escaped}"
    else
      escaped;

  escapeSystemdExecArg =
    argument: lib.replaceStrings [ "%" "$" ] [ "%%" "$$" ] (builtins.toJSON (toString argument));
  escapeSystemdExecArgs = lib.concatMapStringsSep " " (
    argument: lib.replaceStrings [ "%" "$" ] [ "%%" "$$" ] (builtins.toJSON (toString argument))
  );

  fsNeededForBoot =
    fs:
    fs.neededForBoot
    || lib.elem fs.mountPoint [
      "/"
      "/nix"
      "/nix/store"
      "/var"
      "/var/log"
      "/var/lib"
      "/var/lib/nixos"
      "/etc"
      "/usr"
    ];

  toShellPath =
    shell: if lib.types.shellPackage.check shell then "${shell}${shell.shellPath}" else shell;
}
