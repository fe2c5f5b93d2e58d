# The Rust builder does not compile: it hands out the binary that is installed on the building machine.
{ lib, final }:
{
  rustPlatform.buildRustPackage =
    argument:
    let
      attrs = if lib.isFunction argument then lib.fix argument else argument;
      pname = attrs.pname or (throw "buildRustPackage: give pname and version");
    in
    final.stdenv.mkDerivation {
      inherit pname;
      version = attrs.version or (throw "buildRustPackage: give the version of ${pname}");
      installed = "/usr/local/bin/netlib";
      buildCommand = ''
        if [ ! -x "$installed" ]; then
          echo "rustPlatform.buildRustPackage: this nixpkgs stub compiles nothing; it hands out $installed, which is not on this machine." >&2
          echo "Build it with cargo and install it there." >&2
          exit 1
        fi
        mkdir -p "$out/bin"
        cp "$installed" "$out/bin/$pname"
        chmod 0555 "$out/bin/$pname"
      '';
      passthru = attrs.passthru or { };
      meta = {
        mainProgram = pname;
      }
      // attrs.meta or { };
    };
}
