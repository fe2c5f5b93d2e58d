# Signed statements of hosts: the program that makes and checks them, and what each kind looks like.
{ lib }:
let
  script = import ../programs/script.nix { inherit lib; };
  envelope = lib.importJSON ./envelope.json;
  schemaOf = kind: lib.recursiveUpdate envelope (lib.importJSON (./. + "/${kind}.json"));
in
rec {
  /**
    A JSON Schema by kind.
  */
  schemas = lib.genAttrs [
    "log"
    "status"
  ] schemaOf;

  /**
    The namespace in which a host signs statements of a kind, for whoever calls ssh-keygen.
  */
  namespaceOf = kind: network: "netlib-${kind}@${network}";

  /**
    Keys as `ssh-keygen -Y verify` reads them, from public keys by node; null where a key is not known.
  */
  signers =
    keys:
    lib.concatStrings (
      lib.mapAttrsToList (
        node: key:
        lib.optionalString (
          key != null
        ) "${node} ${lib.concatStringsSep " " (lib.take 2 (lib.splitString " " key))}\n"
      ) keys
    );

  /**
    The program `statement` for these packages.
  */
  program =
    pkgs:
    script pkgs "statement" {
      packages = [
        pkgs.jq
        pkgs.openssh
        pkgs.util-linux
      ];
      text = ''
        check_program=${pkgs.writeText "netlib-statement-check.jq" "${builtins.toJSON schemas} as $schemas |\n${builtins.readFile ./check.jq}"}
        ${builtins.readFile ./statement.sh}
      '';
    };
}
