# Options of one pool of builders.
{ config, netlib }:
{ lib, name, ... }:
let
  inherit (lib) types;
  inherit (config) nodes;

  builder =
    { name, ... }:
    {
      options = {
        systems = lib.mkOption {
          type = types.nonEmptyListOf (types.strMatching "[a-z0-9_]+-[a-z0-9_]+");
          default = [ nodes.${name}.system ];
          defaultText = lib.literalMD "the builder's own `nodes.<name>.system`";
          description = "Systems that it builds for: its own, and those that it emulates (`boot.binfmt.emulatedSystems`).";
          example = [
            "x86_64-linux"
            "aarch64-linux"
          ];
        };

        maxJobs = lib.mkOption {
          type = types.ints.positive;
          default = 1;
          description = "Builds that one client runs there at a time.";
          example = 8;
        };

        speedFactor = lib.mkOption {
          type = types.ints.positive;
          default = 1;
          description = "Its speed in comparison to the other builders: the faster one is asked first.";
          example = 2;
        };

        supportedFeatures = lib.mkOption {
          type = types.listOf types.singleLineStr;
          default = [ ];
          description = "System features that it offers, such as `kvm` for virtual machines. Its own Nix must have them too (`nix.settings.system-features`).";
          example = [
            "kvm"
            "big-parallel"
          ];
        };

        mandatoryFeatures = lib.mkOption {
          type = types.listOf types.singleLineStr;
          default = [ ];
          description = "System features that a build must ask for to be sent there.";
          example = [ "big-parallel" ];
        };

        trusted = lib.mkOption {
          type = types.bool;
          default = false;
          description = ''
            Whether clients are trusted users of its Nix daemon: root of each of them is then as good as root of the builder.
            Otherwise it takes no result of theirs: builds whose inputs were built on the client go through `remote-build-<instance>`.
          '';
          example = true;
        };
      };
    };
in
{
  options = {
    builders = lib.mkOption {
      type = netlib.references.attrsOfNodes (types.submodule builder);
      default = { };
      description = "Nodes that build for the clients, by node name.";
      example = lib.literalExpression "{ gamma.maxJobs = 8; }";
    };

    clients = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = "Selectors of the nodes that hand builds to the builders. A builder that is a client as well does not call itself.";
      example = [ "@workstation" ];
    };

    buildersFirst = lib.mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether clients are activated after the builders, as far as nothing else says the opposite. A builder that its first client
        reaches by an interface of its own, such as a mesh's, is not waited for: that may come with the same deployment, and until it is
        there nobody could see that the builder is healthy.
      '';
      example = false;
    };

    user = lib.mkOption {
      type = types.strMatching "[a-z_][a-z0-9_-]{0,30}";
      default = "nix-builder-${name}";
      defaultText = lib.literalMD "`nix-builder-<instance>`";
      description = "Account on the builders that clients log in to. It can talk to the Nix daemon and do nothing else.";
      example = "nix-builder";
    };
  };
}
