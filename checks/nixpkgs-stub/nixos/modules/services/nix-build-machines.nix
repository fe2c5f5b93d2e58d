# Machines that build for this one.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nix;

  list =
    example: description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit example description;
    };
  optional =
    type: example: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit example description;
    };

  machineOptions = {
    options = {
      hostName = mkOption {
        type = types.str;
        example = "builder.example.org";
        description = "Name of the machine.";
      };
      protocol = mkOption {
        type = types.enum [
          null
          "ssh"
          "ssh-ng"
        ];
        default = "ssh";
        example = "ssh-ng";
        description = "How to talk to the machine.";
      };
      system = optional types.str "x86_64-linux" "The platform it builds for.";
      systems = list [ "x86_64-linux" ] "The platforms it builds for.";
      sshUser = optional types.str "builder" "User to log in as.";
      sshKey = optional types.str "/root/.ssh/id_builder" "Path of the private key to log in with.";
      publicHostKey = optional types.str "c3NoLWVk…" "The machine's host key, in base64.";
      maxJobs = mkOption {
        type = types.int;
        default = 1;
        example = 8;
        description = "Builds at a time.";
      };
      speedFactor = mkOption {
        type = types.int;
        default = 1;
        example = 2;
        description = "Speed in comparison to other machines.";
      };
      supportedFeatures = list [ "kvm" ] "Features it has.";
      mandatoryFeatures = list [ "big-parallel" ] "Features a build must ask for.";
    };
  };

  words = separator: values: if values == [ ] then "-" else lib.concatStringsSep separator values;
  orDash = value: if value == null then "-" else toString value;
  line =
    machine:
    lib.concatStringsSep " " [
      (
        lib.optionalString (machine.protocol != null) "${machine.protocol}://"
        + lib.optionalString (machine.sshUser != null) "${machine.sshUser}@"
        + machine.hostName
      )
      (words "," (lib.optional (machine.system != null) machine.system ++ machine.systems))
      (orDash machine.sshKey)
      (toString machine.maxJobs)
      (toString machine.speedFactor)
      (words "," (machine.supportedFeatures ++ machine.mandatoryFeatures))
      (words "," machine.mandatoryFeatures)
      (orDash machine.publicHostKey)
    ];
in
{
  options.nix = {
    distributedBuilds = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether other machines build for this one.";
    };
    buildMachines = mkOption {
      type = types.listOf (types.submodule machineOptions);
      default = [ ];
      example = [ { hostName = "builder.example.org"; } ];
      description = "Machines that build for this one.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = map (machine: {
      assertion = machine.system != null || machine.systems != [ ];
      message = "nix.buildMachines: ${machine.hostName} names no `system` and no `systems`.";
    }) cfg.buildMachines;
    environment.etc."nix/machines" = lib.mkIf (cfg.buildMachines != [ ]) {
      text = lib.concatLines (map line cfg.buildMachines);
    };
  };
}
