# The driver, built by nixpkgs' Rust builder from the files that it needs and no others.
{ lib, rustPlatform }:
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
rustPlatform.buildRustPackage {
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
  cargoTestFlags = [
    "--package"
    "netlib"
  ];

  meta = {
    description = "Deploys networks of NixOS machines in dependency order";
    license = lib.licenses.mit;
    mainProgram = "netlib";
    platforms = lib.platforms.linux;
  };
}
