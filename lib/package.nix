# The driver, built by nixpkgs' Rust builder from the files that it needs and no others.
{
  lib,
  rustPlatform,
  # A nixpkgs without these still gives a driver: it evaluates with plain `nix` then.
  makeBinaryWrapper ? null,
  nix-eval-jobs ? null,
}:
let
  root = ../.;
  manifest = lib.importTOML ../Cargo.toml;

  # Cargo wants to see every member of the workspace, though only the driver is built.
  wanted = [
    "Cargo.toml"
    "Cargo.lock"
  ]
  ++ manifest.workspace.members;

  relative = path: lib.removePrefix "${toString root}/" (toString path);
  # A wanted entry, what is in it, and the folders on the way to it.
  isWanted =
    path:
    builtins.any (
      entry: path == entry || lib.hasPrefix "${entry}/" path || lib.hasPrefix "${path}/" entry
    ) wanted;
in
rustPlatform.buildRustPackage (
  {
    pname = "netlib";
    inherit (manifest.workspace.package) version;

    src = builtins.path {
      name = "netlib-source";
      path = root;
      filter = path: _: isWanted (relative path);
    };

    cargoLock.lockFile = ../Cargo.lock;
    cargoBuildFlags = [
      "--package"
      "netlib"
    ];
    # The tests want files of the whole project and programs of a machine (ssh, flock, git): `checks/run` runs them.
    doCheck = false;

    meta = {
      description = "Deploys networks of NixOS machines in dependency order";
      license = lib.licenses.mit;
      mainProgram = "netlib";
      platforms = lib.platforms.linux;
    };
  }
  // lib.optionalAttrs (makeBinaryWrapper != null && nix-eval-jobs != null) {
    nativeBuildInputs = [ makeBinaryWrapper ];
    # The version that the driver was written for, whatever else is on the path.
    postInstall = ''
      wrapProgram $out/bin/netlib --prefix PATH : ${lib.makeBinPath [ nix-eval-jobs ]}
    '';
  }
)
