# The wg-quick configuration of a member that netlib does not deploy.
{ lib, netlib }:
{
  # Addresses with prefix length.
  addresses,
  listenPort ? null,
  dns ? [ ],
  # { name; publicKey; endpoint; allowedIPs; keepalive; }, null where there is none.
  peers,
}:
let
  inherit (lib) concatStringsSep optional;

  line = key: value: optional (value != null) "${key} = ${toString value}";
  list = key: values: optional (values != [ ]) "${key} = ${concatStringsSep ", " values}";

  peer =
    settings:
    [
      ""
      "[Peer]"
      "# ${settings.name}"
      "PublicKey = ${settings.publicKey}"
    ]
    ++ line "Endpoint" settings.endpoint
    ++ list "AllowedIPs" settings.allowedIPs
    ++ line "PersistentKeepalive" settings.keepalive;
in
lib.concatMapStrings (text: "${text}\n") (
  [
    "[Interface]"
    "PrivateKey = ${netlib.privateKeyPlaceholder}"
  ]
  ++ list "Address" addresses
  ++ line "ListenPort" listenPort
  ++ list "DNS" dns
  ++ lib.concatMap peer peers
)
