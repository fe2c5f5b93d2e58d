# The key that each server signs with, and those of each uploader. They are made where they are used and stay there.
{ lib, login }:
_: table:
lib.mkMerge [
  (lib.mapAttrs (name: _: {
    ${table.facts.cacheKey} = login.signingKeyRequest {
      name = table.keyName name;
      file = table.cacheKeyFile;
    };
  }) table.servers)
  (lib.mapAttrs (
    name: _:
    {
      ${table.facts.uploadKey} = login.sshKeyRequest table.uploadKeyFile;
    }
    // lib.optionalAttrs table.trustUploaders {
      ${table.facts.uploadSignature} = login.signingKeyRequest {
        name = table.uploadKeyName name;
        file = table.uploadSignatureFile;
      };
    }
  ) table.uploaders)
]
