# The public key of the certificate that a server has made, which nodes pin.
{ lib }:
certificate: {
  description = "Public key of the status page's certificate in ${certificate}";
  pattern = "sha256//[A-Za-z0-9+/]{43}=";
  packages = pkgs: [ pkgs.openssl ];
  script = ''
    certificate=${lib.escapeShellArg certificate}
    ${builtins.readFile ./certificate.sh}
    (make_certificate)
    printf 'sha256//'
    openssl pkey -in "$certificate/key.pem" -pubout -outform der | openssl dgst -sha256 -binary | base64
  '';
}
