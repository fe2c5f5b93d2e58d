# Files for machines that nobody deploys, printed by `nix run .#render`.
{ lib, netlib, ... }:
let
  inherit (lib) types;

  file.options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      default = "";
      description = "What the file is for and where it goes, for people.";
      example = "wg-quick configuration: /etc/wireguard/wg0.conf";
    };

    text = lib.mkOption {
      type = types.lines;
      description = ''
        Content of the file. Where the private key belongs it has `netlib.privateKeyPlaceholder`: private keys are never in a
        configuration, `--private-key` puts one in. It may need facts: the other files are printed without.
      '';
      example = lib.literalExpression ''
        '''
          [Interface]
          PrivateKey = ''${netlib.privateKeyPlaceholder}
        '''
      '';
    };

    qr = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether apps read the file as a QR code: `nix run .#render` then shows one on terminals.";
      example = true;
    };
  };
in
{
  options.render = lib.mkOption {
    type = netlib.references.lazyAttrsOfMembers (types.lazyAttrsOf (types.submodule file));
    default = { };
    description = "Files for externals (and nodes), by their name and the name of the file. Network modules write them.";
    example = lib.literalExpression ''
      {
        phone."wg0.conf" = {
          description = "WireGuard";
          qr = true;
          text = "…";
        };
      }
    '';
  };
}
