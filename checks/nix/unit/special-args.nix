# What flakes do everywhere: modules that import what inputs have, in NixOS and in networks; nothing of the inputs is looked at otherwise.
{ subject, ... }:
let
  inherit (subject) lib;
  endless = {
    outPath = "/nowhere";
    # Whoever looks at the inputs as a whole never ends.
    itself = endless;
    lies = throw "looked at";
    nixosModules.shop = { inputs, ... }: {
      networking.domain = inputs.shop.domain;
    };
    domain = "example.org";
    netlibModules.shop =
      {
        inputs,
        lib,
        netlib,
        ...
      }:
      {
        imports = [
          inputs.shop.netlibModules.names
          (netlib.instances {
            name = "shop";
            description = "Shops, by name.";
            example.main.members.alpha = { };
            member = { };
            node = this: { nixos.imports = [ inputs.shop.nixosModules.shop ]; };
          })
        ];
        shop.main.members.alpha = { };
      };
    netlibModules.names.nodes.alpha = { };
  };
  network =
    subject.netlib.mkFlake
      {
        self = {
          outPath = toString ../fixtures;
          inherit endless;
        };
        inputs = {
          nixpkgs = subject.pin;
          shop = endless;
        };
      }
      (
        { inputs, ... }:
        {
          imports = [ inputs.shop.netlibModules.shop ];
          network.name = "home";
          defaults.nixos = { inputs, ... }: {
            imports = [ subject.minimal ] ++ lib.optional (inputs ? none) inputs.none;
          };
          specialArgs = { inherit endless; };
          nodes.alpha.specialArgs.own = "of alpha";
          roles.all = {
            nodes = [ "*" ];
            nixos =
              {
                own,
                endless,
                lib,
                ...
              }:
              {
                imports = lib.optional (endless ? nixosModules) { networking.hostName = "alpha"; };
                environment.etc.own.text = own;
              };
          };
        }
      );
  inherit (network.nixosConfigurations.alpha) config;
in
{
  "modules of NixOS and of the network import what inputs have, at every place where a node gets a module" =
    {
      expr = {
        inherit (config.networking) domain hostName;
        own = config.environment.etc.own.text;
        isPlanned = network.netlibConfigurations.default.plan.steps ? "activate:alpha";
      };
      expected = {
        domain = "example.org";
        hostName = "alpha";
        own = "of alpha";
        isPlanned = true;
      };
    };
}
