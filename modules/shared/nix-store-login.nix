# What lets one machine use another one's Nix store over SSH, and nothing else there: keys as facts, and the account.
{ lib }:
let
  # Makes a file with `make FILE` unless it is there; it appears whole, with mode 0400, and loses against one that came first.
  once = file: make: ''
    key=${lib.escapeShellArg file}
    directory=''${key%/*}
    mkdir -p "$directory"
    chmod 0700 "$directory"
    if [ ! -e "$key" ]; then
      fresh=$(mktemp -d "$directory/.fresh.XXXXXX")
      trap 'rm -rf "$fresh"' EXIT
      ${make}
      chmod 0400 "$fresh/key"
      ln "$fresh/key" "$key" 2>/dev/null || [ -s "$key" ]
    fi
  '';
in
{
  # A request for `gather`: an SSH key pair whose private half is at `file`; the fact is the public half.
  sshKeyRequest = file: {
    description = "SSH key pair at ${file}";
    pattern = (import ../../lib/ssh.nix { inherit lib; }).keyPattern;
    unique = true;
    packages = pkgs: [ pkgs.openssh ];
    script = once file "ssh-keygen -q -t ed25519 -N \"\" -C \"\" -f \"$fresh/key\"" + ''
      ssh-keygen -y -f "$key" | cut -d " " -f 1,2
    '';
  };

  # A request for `gather`: a key at `file` that signs store paths under a name; the fact is `<name>:<public key>`.
  signingKeyRequest = { name, file }: {
    description = "Key that signs store paths, at ${file}";
    # By no other name: it would stand for somebody else's key.
    pattern = "${lib.escapeRegex name}:[A-Za-z0-9+/]{43}=";
    packages = pkgs: [ pkgs.nix ];
    script =
      once file "nix-store --generate-binary-cache-key ${lib.escapeShellArg name} \"$fresh/key\" \"$fresh/public\""
      + ''
        nix --extra-experimental-features nix-command key convert-secret-to-public < "$key"
        echo
      '';
  };

  # The NixOS module of an account that reaches the Nix daemon and nothing else: no terminal, no forwarding, no other command.
  account =
    { user, keys }:
    { config, lib, ... }:
    {
      services.openssh.enable = lib.mkDefault true;
      users.groups.${user} = { };
      users.users.${user} = {
        isSystemUser = true;
        group = user;
        # sshd runs the one command with it.
        useDefaultShell = true;
        openssh.authorizedKeys.keys = map (
          key: "restrict,command=\"${config.nix.package}/bin/nix-daemon --stdio\" ${key}"
        ) keys;
      };
    };
}
