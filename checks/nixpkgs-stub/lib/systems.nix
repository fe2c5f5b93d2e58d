# The platforms a configuration can be for, as far as tests need them.
{ lib }:
let
  all = [
    "aarch64-darwin"
    "aarch64-linux"
    "armv6l-linux"
    "armv7l-linux"
    "i686-linux"
    "powerpc64le-linux"
    "riscv64-linux"
    "x86_64-darwin"
    "x86_64-linux"
  ];

  wordSize =
    cpu:
    if
      builtins.elem cpu [
        "armv6l"
        "armv7l"
        "i686"
      ]
    then
      32
    else
      64;

  elaborate =
    given:
    if given ? parsed then
      given
    else
      let
        system = if builtins.isString given then given else given.system or given.config;
        pieces = lib.splitString "-" system;
        cpu = builtins.head pieces;
        kernel = lib.last pieces;
        platform = {
          inherit system;
          config = "${cpu}-unknown-${if kernel == "linux" then "linux-gnu" else kernel}";
          parsed = {
            cpu = {
              name = cpu;
              bits = wordSize cpu;
            };
            kernel.name = kernel;
          };
          isLinux = kernel == "linux";
          isDarwin = kernel == "darwin";
          isx86_64 = cpu == "x86_64";
          isAarch64 = cpu == "aarch64";
          is64bit = wordSize cpu == 64;
          canExecute = other: other.system == system;
          linuxArch = if cpu == "aarch64" then "arm64" else cpu;
          __toString = _: system;
        };
      in
      platform
      // lib.optionalAttrs (builtins.isAttrs given) (
        removeAttrs given [
          "system"
          "config"
        ]
      );

  # What can be compared.
  withoutFunctions =
    platform:
    removeAttrs platform [
      "__toString"
      "canExecute"
    ];
in
{
  inherit elaborate;
  doubles = { inherit all; };
  supported.hydra = [
    "aarch64-linux"
    "x86_64-linux"
  ];
  flakeExposed = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "armv6l-linux"
    "armv7l-linux"
    "i686-linux"
    "aarch64-darwin"
    "powerpc64le-linux"
    "riscv64-linux"
  ];
  equals = a: b: withoutFunctions a == withoutFunctions b;
  parse.mkSystemFromString = text: (elaborate text).parsed;
}
