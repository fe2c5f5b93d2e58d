# Kernels that are only names and versions: the hosts run that of their machine.
{ final }:
let
  kernel =
    version:
    final.runCommand "linux-${version}" { inherit version; } ''
      mkdir "$out" && echo "$version" > "$out/bzImage"
    '';
  linuxPackagesFor = kernel: { inherit kernel; };
in
{
  inherit linuxPackagesFor;
  linuxPackages = linuxPackagesFor (kernel "6.12");
  linuxPackages_latest = linuxPackagesFor (kernel "6.18");
}
