# What a system says of its boot loader to the host that deploys it: whether it has an entry for it, and room for its kernel.
{ lib, script }:
{ config, pkgs, ... }:
let
  loader = config.boot.loader;
  efi = loader.efi.efiSysMountPoint or "/boot";
  systemdBoot = loader.systemd-boot;
  xbootldr = systemdBoot.xbootldrMountPoint or null;

  # Each place with its kernels and entries; GRUB boots kernels from the store where it can.
  places =
    if config.boot.isContainer then
      [ ]
    else if systemdBoot.enable then
      [
        {
          place = if xbootldr == null then efi else xbootldr;
          folder = "/EFI/nixos";
          entries = "/loader/entries/*.conf";
          shared = "no";
        }
      ]
    else if loader.grub.enable then
      map (boot: {
        place = boot.path;
        folder = "/kernels";
        entries = "/grub/grub.cfg";
        shared = if loader.grub.copyKernels or false then "no" else "yes";
      }) (loader.grub.mirroredBoots or [ ])
    else
      [ ];

  # Others have entries of kinds that nobody here knows.
  isOther =
    !config.boot.isContainer
    && !systemdBoot.enable
    && !loader.grub.enable
    && builtins.any (name: loader.${name}.enable or false) [
      "external"
      "generic-extlinux-compatible"
      "limine"
      "refind"
    ];
  words = lib.concatStringsSep " ";
  # A host reads them as words and patterns.
  isPlain = { place, ... }: builtins.match "[A-Za-z0-9._/-]+" place != null;
in
{
  _file = "netlib, for boot loaders";
  key = "netlib/boot-loader";

  config.netlib.programs = {
    # Read by the host's shell, with the system: fails where it has no entry, and sets `problem`.
    boot-entry = pkgs.writeText "boot-entry" (
      if isOther then
        "echo 'netlib: not checked whether the boot loader has an entry for the new system: it is neither systemd-boot nor GRUB'\n"
      else if places != [ ] && lib.all isPlain places then
        ''
          entries=${lib.escapeShellArg (words (map ({ place, entries, ... }: place + entries) places))}
          ${builtins.readFile ./programs/boot-entry.sh}
        ''
      else
        "true\n"
    );
  }
  // lib.optionalAttrs (places != [ ]) {
    boot-room = script pkgs "boot-room" {
      packages = [ ];
      text = lib.concatMapStrings (
        about:
        "(set -- \"$1\" ${
          lib.escapeShellArgs [
            about.place
            about.folder
            about.shared
          ]
        }\n${builtins.readFile ./programs/boot-room.sh})\n"
      ) places;
    };
  };
}
