# The example as a test: which files the network asks for, and what is refused before anything is built.
{ subject }:
let
  inherit (subject) lib modules;
  keys = {
    alpha = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPylIMtBoaYUT+T4vd+wVYWc0ziInFRRajC2UBf9z6U6";
    beta = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm/TEXoktCdkB0nuB6jPINRQ7K/7+wCynIdnF8d197w";
  };
  gathered = {
    nodes = lib.mapAttrs (_: key: { facts.ssh-host-key = key; }) keys;
  };
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.secrets
        ./example.nix
        module
      ];
      network.name = "example";
    };
  example = evaluate gathered;
  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
  failsWith = words: module: builtins.any (lib.hasInfix words) (failures module);

  sha256 = import ./sha256.nix { inherit lib; };
  hex =
    words:
    lib.concatMapStrings (word: lib.fixedWidthString 8 "0" (lib.toLower (lib.toHexString word))) words;
  bytesOf = text: map lib.strings.charToInt (lib.stringToCharacters text);
  base64 = import ../../lib/base64.nix { inherit lib; };
in
{
  "SHA-256 is that of Nix, at all lengths around a block" = {
    expr = map (length: hex (sha256.words (lib.genList (_: 97) length))) [
      0
      3
      55
      56
      63
      64
      119
      279
    ];
    expected =
      map (length: builtins.hashString "sha256" (lib.concatStrings (lib.genList (_: "a") length)))
        [
          0
          3
          55
          56
          63
          64
          119
          279
        ];
  };

  "base64 is read and written" = {
    expr = {
      bytes = map base64.decode [
        "YQ=="
        "YWI="
        "YWJj"
        "+/8A"
      ];
      word = base64.encodeWord 4294967041;
    };
    expected = {
      bytes = [
        (bytesOf "a")
        (bytesOf "ab")
        (bytesOf "abc")
        [
          251
          255
          0
        ]
      ];
      word = "////AQ";
    };
  };

  "selectors became names, and paths say where" = {
    expr = {
      inherit (example.config.secrets.db-password) for path version;
      users = example.config.secrets.root-password.path;
      volatile = example.config.secrets.payment-token.path;
    };
    expected = {
      for = [
        "alpha"
        "beta"
      ];
      path = "/run/netlib-secrets/services/db-password";
      version = "20261130T101500Z-3f9a61c2";
      users = "/run/netlib-secrets/users/root-password";
      volatile = "/run/netlib-secrets/volatile/payment-token";
    };
  };

  "a network whose nodes can read what they get holds together" = {
    expr = failures gathered;
    expected = [ ];
  };

  "facts can be gathered before there is anything for a node" = {
    expr = failures { };
    expected = [ ];
  };

  "the public half of a pair is there for others" = {
    expr =
      (evaluate {
        imports = [ gathered ];
        secrets.signing-key.for = [ "alpha" ];
      }).config.secrets.signing-key.public;
    expected = keys.alpha;
  };

  "a file that is for another key, one that is missing and one that is none are noticed" = {
    expr = {
      changed =
        failsWith
          "`beta` cannot read `stale`: secrets/stale/beta.age is not for its SSH host key, which is another one or has changed. Run: nix run .#command -- secrets rekey"
          {
            imports = [ gathered ];
            secrets.stale.for = [ "*" ];
          };
      other = failures {
        imports = [ gathered ];
        secrets.stale.for = [ "alpha" ];
      };
      missing =
        failsWith
          "`beta` cannot read `signing-key`: there is no secrets/signing-key/beta.age. Run: nix run .#command -- secrets rekey"
          {
            imports = [ gathered ];
            secrets.signing-key.for = [ "*" ];
          };
      new = failsWith "there is no secrets/new/alpha.age. Run: nix run .#command -- secrets edit new" {
        imports = [ gathered ];
        secrets.new.for = [ "alpha" ];
      };
    };
    expected = {
      changed = true;
      other = [ ];
      missing = true;
      new = true;
    };
  };

  "settings that contradict each other are refused" = {
    expr =
      builtins.all
        (
          entry:
          failsWith entry.words {
            imports = [
              gathered
              { secrets = entry.secrets; }
            ];
          }
        )
        [
          {
            words = "is volatile and does not say what prints it";
            secrets.a.volatile = true;
          }
          {
            words = "`from` is of volatile secrets";
            secrets.a.from = "echo";
          }
          {
            words = "there is no secret `db-passwort`. Did you mean `db-password`?";
            secrets.a = {
              dependsOn = [ "db-passwort" ];
              generator = _: "cat";
            };
          }
          {
            words = "generators depend on each other in a circle: ";
            secrets.a = {
              dependsOn = [ "b" ];
              generator = _: "cat";
            };
            secrets.b = {
              dependsOn = [ "a" ];
              generator = _: "cat";
            };
          }
          {
            words = "there is no user `shop` yet when users are made";
            secrets.a = {
              owner = "shop";
              neededFor = "users";
            };
          }
          {
            words = "is not a name for a secret";
            secrets."../a" = { };
          }
          {
            words = "age-plugin-fido2-hmac";
            secrets.admins.cleo = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA cleo";
          }
          {
            words = "holds a private key";
            secrets.admins.cleo = "AGE-SECRET-KEY-1QQQQ";
          }
        ];
    expected = true;
  };

  "nodes are asked for their keys" = {
    expr = lib.mapAttrs (_: builtins.attrNames) example.config.facts;
    expected = {
      alpha = [ "ssh-host-key" ];
      beta = [ "ssh-host-key" ];
    };
  };

  "volatile ones are sent before an activation, also one by a restart, and nowhere else" = {
    expr =
      let
        sends =
          request:
          builtins.filter (lib.hasPrefix "secrets-send-") (
            builtins.attrNames (example.planFor request).steps
          );
      in
      map sends [
        { }
        { goal = "boot"; }
        {
          goal = "boot";
          reboot = true;
        }
        {
          goal = "build";
          reboot = true;
        }
      ];
    expected = [
      [ "secrets-send-alpha" ]
      [ ]
      [ "secrets-send-alpha" ]
      [ ]
    ];
  };

  "those of a batch are sent once the batch before it is healthy" = {
    expr =
      map
        (
          node:
          (evaluate {
            imports = [ gathered ];
            nodes.beta.role = "web";
            roles.web.rollout.canary = "alpha";
          }).plan.steps."secrets-send-${node}".after
        )
        [
          "alpha"
          "beta"
        ];
    expected = [
      [
        "copy:alpha"
        "gate:web:0"
      ]
      [
        "copy:beta"
        "gate:web:1"
      ]
    ];
  };

  "what lies beside the flake is text of a bounded length" = {
    expr =
      map
        (
          { folder, attribute }:
          (builtins.tryEval
            (evaluate {
              imports = [ gathered ];
              secrets.${folder}.for = [ "alpha" ];
            }).config.secrets.${folder}.${attribute}
          ).success
        )
        [
          {
            folder = "signing-key";
            attribute = "public";
          }
          {
            folder = "strange";
            attribute = "public";
          }
          {
            folder = "strange";
            attribute = "version";
          }
        ];
    expected = [
      true
      false
      false
    ];
  };
}
