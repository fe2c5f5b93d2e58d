# The key that each client logs in with. It is made there and stays there.
{ login, ... }:
_: table:
builtins.mapAttrs (_: _: { ${table.fact} = login.sshKeyRequest table.sshKeyFile; }) table.clients
