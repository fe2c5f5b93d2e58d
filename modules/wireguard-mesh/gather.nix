# The key pair of each member: made on the node, of which only the public half is printed.
_: table:
let
  request = {
    description = "WireGuard key pair at ${table.privateKeyFile}";
    packages = pkgs: [ pkgs.wireguard-tools ];
    script = ''
      key=${table.privateKeyFile}
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
in
builtins.mapAttrs (_: _: { ${table.fact} = request; }) table.members
