# Preshared keys of two nodes, agreed on without a secret leaving either: one encapsulates a fresh secret to the other's
# ML-KEM-768 key (FIPS 203) and publishes the ciphertext as a fact. What WireGuard itself lacks, protection from quantum
# computers, must not hang on elliptic curves again, so nothing here does.
{ lib, netlib }:
let
  inherit (netlib) errors;

  # Value of the fact while the other node's key is not known yet.
  pending = "pending";

  scriptOf = file: arguments: ''
    ${lib.toShellVars arguments}
    ${builtins.readFile ./scripts/preshared-derive.sh}
    ${builtins.readFile file}
  '';

  # The first by name makes the secret.
  isMaker = self: peer: self < peer;
in
# `directory` holds the keys on each node, `prefix` begins the names of the facts.
{
  instance,
  prefix,
  directory,
  networkId,
  nodes,
}:
let
  kemFact = "${prefix}-kem";
  factFor = peer: "${prefix}-psk-${peer}";
  context = maker: opener: "${networkId}/${instance}/${maker}/${opener}";

  encapsulationOf =
    {
      self,
      peer,
      neededBy,
    }:
    let
      maker = if isMaker self peer then self else peer;
      opener = if isMaker self peer then peer else self;
      value = netlib.getFact {
        node = maker;
        name = factFor opener;
        inherit neededBy;
      };
    in
    if value == pending then
      errors.fail (
        "the preshared key of ${errors.quote maker} and ${errors.quote opener} in ${instance} is not made yet: "
        + "the key of ${opener} was not known when ${maker} was asked. Run again: netlib facts gather --on ${maker}"
      )
    else
      value;

  fileOf =
    peer: value: "${directory}/${peer}-${builtins.substring 0 16 (builtins.hashString "sha256" value)}";
in
{
  # Facts that a node is asked for, given the nodes that it shares a key with.
  requestsOf =
    self: peers:
    {
      ${kemFact} = {
        description = "ML-KEM-768 key pair at ${directory}/kem-key.pem";
        pattern = "[A-Za-z0-9+/]+=?=?";
        packages = pkgs: [ pkgs.openssl ];
        script = scriptOf ./scripts/preshared-key-pair.sh { inherit directory; };
      };
    }
    // lib.listToAttrs (
      map (
        peer:
        lib.nameValuePair (factFor peer) {
          description = "secret for ${peer} below ${directory}, encapsulated to its ML-KEM key";
          pattern = "${pending}|[A-Za-z0-9+/]+=?=?\\.[0-9a-f]+";
          packages = pkgs: [ pkgs.openssl ];
          script = scriptOf ./scripts/preshared-make.sh {
            inherit directory peer pending;
            context = context self peer;
            # Without it the fact says so; gathering once more makes it.
            recipient = nodes.${peer}.facts.${kemFact} or "";
          };
        }
      ) (builtins.filter (isMaker self) peers)
    );

  # File with the preshared key of a node and a peer, on that node.
  pathOf =
    self: peer:
    fileOf peer (encapsulationOf {
      inherit self peer;
      neededBy = self;
    });

  # Runs before any unit is started: opens what other nodes encapsulated, and looks whether the own ones are there.
  activationScript =
    self: peers: pkgs:
    let
      line =
        peer:
        lib.concatStringsSep " " [
          (if isMaker self peer then "made" else "received")
          peer
          (if isMaker self peer then context self peer else context peer self)
          (encapsulationOf {
            inherit self peer;
            neededBy = self;
          })
        ];
      list = pkgs.writeText "${prefix}-preshared-keys" (
        lib.concatMapStrings (peer: "${line peer}\n") peers
      );
      program = pkgs.writeShellScript "${prefix}-preshared-keys" ''
        set -eu
        umask 077
        PATH=${
          lib.makeBinPath [
            pkgs.openssl
            pkgs.coreutils
          ]
        }
        export PATH
        ${scriptOf ./scripts/preshared-open.sh { inherit directory self; }}
      '';
    in
    "${program} ${list}";
}
