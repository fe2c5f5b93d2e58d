# `stdenv.mkDerivation` over the shell and coreutils of the building machine (the sandbox is off).
{ lib, system }:
let
  hostPlatform = lib.systems.elaborate system;

  # Attributes that describe a package and must not reach its builder.
  notForBuilder = [
    "meta"
    "passthru"
    "pos"
    "buildCommand"
  ];

  nameOf = attrs: attrs.name or "${attrs.pname}-${attrs.version or "0"}";

  buildCommandOf =
    attrs:
    attrs.buildCommand or ''
      . ${./phases.sh}
    '';

  mkDerivation =
    argument:
    let
      attrs =
        if lib.isFunction argument then
          lib.fix (final: argument (final // { finalPackage = package; }))
        else
          argument;
      drv = derivation (
        {
          outputs = [ "out" ];
        }
        // removeAttrs attrs notForBuilder
        // {
          name = nameOf attrs;
          inherit system;
          # Debian's shell: nothing here is built from source.
          builder = "/bin/bash";
          args = [
            "-e"
            ./builder.sh
          ];
          PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
          LC_ALL = "C.UTF-8";
          SOURCE_DATE_EPOCH = "1";
          binPath = lib.makeBinPath (attrs.nativeBuildInputs or [ ] ++ attrs.buildInputs or [ ]);
          passAsFile = attrs.passAsFile or [ ] ++ [ "buildCommand" ];
          buildCommand = buildCommandOf attrs;
        }
      );
      passthru = attrs.passthru or { };
      package =
        drv
        // passthru
        // {
          inherit passthru;
          meta = {
            name = nameOf attrs;
          }
          // attrs.meta or { };
          overrideAttrs =
            change:
            let
              changed =
                if !lib.isFunction change then
                  change
                else
                  let
                    partial = change attrs;
                  in
                  if lib.isFunction partial then change attrs attrs else partial;
            in
            mkDerivation (attrs // changed);
        }
        // lib.optionalAttrs (attrs ? pname) { inherit (attrs) pname; }
        // lib.optionalAttrs (attrs ? version) { inherit (attrs) version; };
    in
    package;
in
{
  stdenv = {
    inherit hostPlatform mkDerivation system;
    buildPlatform = hostPlatform;
    targetPlatform = hostPlatform;
    shell = "/bin/bash";
  };
}
