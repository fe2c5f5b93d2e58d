# What clients are asked for: the public half of their SSH key, and their passphrase for those who may recover it.
{ lib }:
table:
let
  inherit (table) directory;

  keyRequest = {
    description = "SSH key pair at ${directory}/ssh-key and passphrase of the backups beside it";
    packages = pkgs: [ pkgs.openssh ];
    script = ''
      directory=${directory}
      ${builtins.readFile ./scripts/passphrase.sh}
      if [ ! -s "$directory/ssh-key" ]; then
        rm -f "$directory/ssh-key.new" "$directory/ssh-key.new.pub"
        ssh-keygen -q -t ed25519 -N "" -C "" -f "$directory/ssh-key.new"
        mv "$directory/ssh-key.new" "$directory/ssh-key"
        rm -f "$directory/ssh-key.new.pub"
      fi
      ssh-keygen -y -f "$directory/ssh-key" | cut -d " " -f 1,2
    '';
  };

  recoveryRequest = {
    description = "passphrase at ${directory}/passphrase, encrypted to the recovery keys";
    packages = pkgs: [ pkgs.age ];
    script = ''
      ${lib.toShellVars {
        inherit directory;
        recipients = lib.concatMapStrings (key: "${key}\n") table.recoveryKeys;
      }}
      ${builtins.readFile ./scripts/passphrase.sh}
      ${builtins.readFile ./scripts/recovery.sh}
    '';
  };
in
lib.mapAttrs (
  _: _:
  {
    ${table.keyFact} = keyRequest;
  }
  // lib.optionalAttrs (table.recoveryKeys != [ ]) { ${table.recoveryFact} = recoveryRequest; }
) table.clients
