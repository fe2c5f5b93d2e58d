# The example as NixOS systems, the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  systems =
    (subject.outputsOf {
      default = {
        imports = [
          modules.hello
          ./example.nix
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    }).nixosConfigurations;
  alpha = systems.alpha.config;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) systems;
    expected = {
      alpha = true;
      beta = true;
      gamma = true;
    };
  };

  "the server listens, the clients know where" = {
    expr = {
      listens = alpha.systemd.sockets.hello-morning.listenStreams;
      opened = builtins.elem 7070 alpha.networking.firewall.allowedTCPPorts;
      told = systems.beta.config.environment.etc."hello/morning".text;
      serverIsToldNothing = alpha.environment.etc ? "hello/morning";
    };
    expected = {
      listens = [ "7070" ];
      opened = true;
      told = "192.168.7.1:7070\n";
      serverIsToldNothing = false;
    };
  };
}
