# Who may log in where, and who may deploy.
{ config, lib, ... }:
let
  # The public keys in keys/<person>.pub, one a line.
  keysOf =
    person:
    let
      file = ../keys + "/${person}.pub";
    in
    lib.optionals (builtins.pathExists file) (
      builtins.filter (line: line != "") (lib.splitString "\n" (builtins.readFile file))
    );
in
{
  # Replace: people, and what they may do. Host keys of all machines are known to each other and, by
  # `nix run .#command -- ssh-access known-hosts`, to people.
  ssh-access = {
    users.anna.keys = keysOf "anna";
    # users.ben = {
    #   keys = keysOf "ben";
    #   access.ben = [ "web*" ];      # an account of his own
    #   left = true;                  # one line when he leaves
    # };
    groups.administrators = {
      members = [ "anna" ];
      access.root = [ "*" ];
    };
  };

  # No deployment can take away the last of them.
  deploy-access.deployers.anna.keys = config.ssh-access.users.anna.keys;
}
