# Options of one instance.
{ netlib, exports }:
{ lib, ... }:
let
  inherit (lib) types;

  proxy.options.sourceAddresses = lib.mkOption {
    type = types.listOf netlib.types.address;
    default = [ ];
    description = ''
      Addresses from which the proxy's requests arrive at backends, beside those it has in the network that leads there.
      Needed where that is the public one and `nodes.<proxy>.addresses` are names.
    '';
    example = [ "192.0.2.10" ];
  };
in
{
  options = {
    proxies = lib.mkOption {
      type = netlib.references.attrsOfNodes (types.submodule proxy);
      default = { };
      description = "Nodes that answer to the names, each to all of them, by node name. The names' DNS records point to them.";
      example = lib.literalExpression "{ edge = { }; }";
    };

    hosts = lib.mkOption {
      type = types.attrsOf (types.submodule (import ./host.nix { inherit netlib exports; }));
      default = { };
      description = "Names and who answers for them, by name as in the DNS.";
      example = lib.literalExpression ''
        {
          "shop.example.org".backends.alpha.service = "shop";
        }
      '';
    };

    exclusive = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether backends' ports may be open to nobody but the proxies: a backend whose firewall lets others in is refused.";
      example = false;
    };

    rejectUnknown = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether requests for names that nobody configured are refused. Otherwise nginx answers them for the first name.";
      example = false;
    };

    acme = {
      acceptTerms = lib.mkOption {
        type = types.bool;
        default = false;
        description = "Whether you accept the terms of service of the certificate authority, for Let's Encrypt those at <https://letsencrypt.org/repository/>.";
        example = true;
      };

      email = lib.mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Address for mail from the certificate authority.";
        example = "admin@example.org";
      };

      server = lib.mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "ACME directory of the certificate authority. Null: NixOS' default, Let's Encrypt.";
        example = "https://acme-staging-v02.api.letsencrypt.org/directory";
      };

      dnsProvider = lib.mkOption {
        type = types.nullOr types.str;
        default = null;
        description = ''
          Provider of the names' DNS zone, as `security.acme` knows it, to prove by a DNS record that they are yours. Null: by an answer
          over HTTP, which only one proxy can give, and for no wildcard.
        '';
        example = "hetzner";
      };

      environmentFile = lib.mkOption {
        type = types.nullOr (types.strMatching "/.+");
        default = null;
        description = "File on the proxies with the variables that the DNS provider wants, such as its token.";
        example = "/var/lib/secrets/dns-token";
      };
    };
  };
}
