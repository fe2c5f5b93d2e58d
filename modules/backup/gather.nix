# What each client makes for itself: an SSH key, and the passphrase of its repositories, of which only a sealed copy is printed.
{ lib }:
table:
let
  makeDirectory = ''
    directory=${lib.escapeShellArg table.directory}
    mkdir -p "$directory"
    chmod 0700 "$directory"
  '';

  makePassphrase = ''
    passphrase=$directory/passphrase
    if [ ! -e "$passphrase" ]; then
      fresh=$(mktemp "$directory/.passphrase.XXXXXX")
      trap 'rm -f "$fresh"' EXIT
      # 256 bits, in characters that can be written down.
      head -c 32 /dev/urandom | od -A n -t x1 | tr -d ' \n' > "$fresh"
      chmod 0400 "$fresh"
      # A link appears whole, and loses against a passphrase that came first.
      ln "$fresh" "$passphrase" 2>/dev/null || [ -s "$passphrase" ]
    fi
  '';

  keyOf = client: {
    description =
      "SSH key for backups at ${table.sshKey}"
      + lib.optionalString client.hasOwnPassphrase ", and the repositories' passphrase at ${client.passphrase}";
    pattern = (import ../../lib/ssh.nix { inherit lib; }).keyPattern;
    unique = true;
    packages = pkgs: [ pkgs.openssh ];
    script =
      makeDirectory
      + lib.optionalString client.hasOwnPassphrase makePassphrase
      + ''
        key=$directory/ssh-key
        if [ ! -e "$key" ]; then
          rm -f "$key.new" "$key.new.pub"
          ssh-keygen -q -t ed25519 -N "" -C "" -f "$key.new"
          rm "$key.new.pub"
          mv "$key.new" "$key"
        fi
        ssh-keygen -y -f "$key" | cut -d " " -f 1,2
      '';
  };

  recovery = {
    description = "The repositories' passphrase, encrypted to those in backup.${table.name}.recoveryRecipients";
    pattern = "[A-Za-z0-9+/]+=?=?";
    packages = pkgs: [ pkgs.age ];
    script =
      makeDirectory
      + makePassphrase
      + ''
        copy=$directory/recovery-copy
        recipients=${lib.escapeShellArg (lib.concatLines table.recipients)}
        # Each encryption differs from the last: a new one only for another passphrase or other recipients.
        wanted=$({ printf %s "$recipients"; cat "$passphrase"; } | sha256sum)
        if [ "$(cat "$copy.for" 2>/dev/null)" != "$wanted" ]; then
          printf %s "$recipients" > "$copy.recipients"
          age --encrypt --recipients-file "$copy.recipients" --output "$copy.new" "$passphrase"
          mv "$copy.new" "$copy"
          printf '%s\n' "$wanted" > "$copy.for"
        fi
        base64 --wrap=0 "$copy"
        echo
      '';
  };
in
lib.mapAttrs (
  _: client:
  {
    ${table.fact} = keyOf client;
  }
  // lib.optionalAttrs (table.recipients != [ ] && client.hasOwnPassphrase) {
    ${table.recoveryFact} = recovery;
  }
) table.clients
