# The keys of each client: one to log in with, one to sign what it sends. Both are made there and stay there.
{ lib, login }:
_: table:
lib.mapAttrs (name: _: {
  ${table.facts.sshKey} = login.sshKeyRequest table.sshKeyFile;
  ${table.facts.signingKey} = login.signingKeyRequest {
    name = table.signingKeyName name;
    file = table.signingKeyFile;
  };
}) table.clients
