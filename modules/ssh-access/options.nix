# Options of ssh-access.
{
  config,
  lib,
  netlib,
}:
let
  inherit (lib) types;
  inherit (netlib.references) nodes;

  people = builtins.attrNames config.ssh-access.users;
  externals = builtins.attrNames config.externals;

  # Files of accounts are named after them.
  login = types.strMatching "[a-z_][a-z0-9_.-]{0,31}";

  access = lib.mkOption {
    # The names are checked with the rest of a user's settings, where there is a message to give.
    type = types.attrsOf nodes;
    default = { };
    description = ''
      Logins by account on the nodes: for each account, selectors of the nodes where it may be used. An account with the
      person's own name is made there; other accounts must exist.
    '';
    example = {
      root = [ "@edge" ];
      anna = [ "alpha" ];
    };
  };

  user.options = {
    keys = lib.mkOption {
      type = types.listOf netlib.types.sshPublicKey;
      default = [ ];
      description = "Public keys of the person, as in `.pub` files.";
      example = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
      ];
    };

    inherit access;

    permissions = lib.mkOption {
      type = types.listOf netlib.types.sshPermission;
      default = [ "pty" ];
      description = ''
        What the person may do beside running commands, with plain keys as with certificates, as sshd calls it: a terminal (`pty`),
        forwardings, a `~/.ssh/rc`. Who jumps through a host to others needs `port-forwarding`.
      '';
      example = [
        "pty"
        "port-forwarding"
      ];
    };

    left = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether the person has left: no account, no access, and sshd of every host refuses the person's keys and certificates,
        wherever else they are still written down.
      '';
      example = true;
    };

    revokedKeys = lib.mkOption {
      type = types.listOf netlib.types.sshPublicKey;
      default = [ ];
      description = "Keys of the person that were lost or stolen: refused by sshd of every host, with all certificates made of them.";
      example = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG85G8ZzT9z5Kn8g6eZNgwBb9LYYsSNaVmYl3OX//wIG laptop"
      ];
    };
  };

  group.options = {
    members = lib.mkOption {
      type = types.listOf (types.enum people);
      default = [ ];
      description = "People in the group, by their names in `ssh-access.users`.";
      example = [ "anna" ];
    };
    inherit access;
  };

  authority = whose: validity: {
    publicKeys = lib.mkOption {
      type = types.listOf netlib.types.sshPublicKey;
      default = [ ];
      description = ''
        Public keys of the authority that signs keys of ${whose}; none means that there is no authority. The first one signs;
        further ones are believed as well, for the time in which an authority is replaced.
      '';
      example = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJHefTz7ry5IEYw3xj17cQsCsJqQdOHwZmpgoqwZog/ authority"
      ];
    };

    privateKey = lib.mkOption {
      type = types.nullOr (types.strMatching "[^[:space:]]+");
      default = null;
      description = ''
        Where the private key is on the machine of the person who signs: a path as a string, so that the key never enters
        the Nix store; `~/` is the person's home. Null asks the person's ssh agent, or a security key behind it.
      '';
      example = "~/.ssh/authority";
    };

    validity = lib.mkOption {
      type = netlib.types.duration;
      default = validity;
      description = "How long a certificate is valid.";
      example = "8h";
    };
  };

  revokedSerials = lib.mkOption {
    # 0 is the serial of certificates that were given none.
    type = types.listOf types.ints.positive;
    default = [ ];
    description = "Serials of certificates that sshd of every host refuses, as `ssh-access status` shows them. The key itself stays good.";
    example = [ 4611686018427387904 ];
  };
in
{
  users = lib.mkOption {
    type = types.attrsOf (types.submodule user);
    default = { };
    description = "People, by name. Who is removed loses all access with the next deployment; `left` also revokes the keys.";
    example = lib.literalExpression ''
      {
        anna = {
          keys = [ "ssh-ed25519 AAAA… anna@laptop" ];
          access.root = [ "@edge" ];
        };
      }
    '';
  };

  groups = lib.mkOption {
    type = types.attrsOf (types.submodule group);
    default = { };
    description = "Groups of people with the same access, by name.";
    example = lib.literalExpression ''
      {
        admins = {
          members = [ "anna" "ben" ];
          access.root = [ "alpha" "beta" ];
        };
      }
    '';
  };

  hosts = lib.mkOption {
    type = nodes;
    default = builtins.attrNames config.nodes;
    defaultText = lib.literalMD "all nodes";
    description = "Selectors of the nodes with an sshd: their host keys are gathered, and known to all nodes.";
    example = [ "@edge" ];
  };

  names = lib.mkOption {
    type = netlib.references.attrsOfNodes (types.listOf netlib.types.host);
    default = { };
    description = ''
      Further names and addresses of hosts, by node: beside its name, `target.host`, `addresses`, and its addresses
      and `<node>.<network>` in networks that modules make.
    '';
    example = {
      alpha = [ "git.example.org" ];
    };
  };

  devices = lib.mkOption {
    type = types.listOf (types.enum externals);
    default = externals;
    defaultText = lib.literalMD "all externals";
    description = "Externals for which `nix run .#render` has a file `known_hosts`.";
    example = [ "laptop" ];
  };

  authorities = {
    users = authority "people" "7d" // {
      inherit revokedSerials;
      acceptKeys = lib.mkOption {
        type = types.bool;
        default = false;
        description = ''
          Whether people's plain keys log in as well where there is an authority. Expiry means something only when they do not.
        '';
        example = true;
      };
    };
    hosts = authority "hosts" "52w";
  };

  certificates = lib.mkOption {
    type = types.strMatching "[a-zA-Z0-9_][a-zA-Z0-9_./-]*";
    default = "ssh-certificates";
    description = "Directory of certificates beside the flake: `hosts/<node>-cert.pub` is installed on the node, `users/` is for people.";
    example = "certificates";
  };
}
