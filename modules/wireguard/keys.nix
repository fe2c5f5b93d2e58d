# Key pairs of WireGuard members: made on the node, of which only the public half is printed.
{ netlib }:
let
  # WireGuard keys are 32 bytes in base64.
  pattern = "[A-Za-z0-9+/]{43}=";
  isPublicKey = text: builtins.match pattern text != null;
in
{
  inherit isPublicKey;

  # The public key of a node, from its fact.
  publicKeyOf =
    {
      node,
      fact,
      neededBy,
    }:
    let
      key = netlib.getFact {
        inherit node neededBy;
        name = fact;
      };
    in
    if isPublicKey key then
      key
    else
      netlib.errors.fail "the fact `${fact}` of node `${node}` is no WireGuard public key. Run: netlib facts gather --on ${node}";

  request = privateKeyFile: {
    description = "WireGuard key pair at ${privateKeyFile}";
    inherit pattern;
    unique = true;
    packages = pkgs: [ pkgs.wireguard-tools ];
    script = ''
      key=${privateKeyFile}
      directory=''${key%/*}
      mkdir -p "$directory"
      chmod 0700 "$directory"
      if [ ! -e "$key" ]; then
        fresh=$(mktemp "$directory/.private-key.XXXXXX")
        trap 'rm -f "$fresh"' EXIT
        wg genkey > "$fresh"
        chmod 0400 "$fresh"
        # A link appears whole, and loses against a key that came first.
        ln "$fresh" "$key" 2>/dev/null || [ -s "$key" ]
      fi
      chmod 0400 "$key"
      wg pubkey < "$key"
    '';
  };

  # Of the system that runs while facts are gathered.
  requestInUse = interface: {
    description = "WireGuard public key that ${interface} has now";
    pattern = "none|${pattern}";
    packages = pkgs: [ pkgs.coreutils ];
    script = "cat /run/current-system/etc/netlib/wireguard/${interface}.key 2>/dev/null || echo none";
  };
}
