# Facts about packages: descriptions, priorities and main programs.
{ lib }:
let
  addMetaAttrs = new: drv: drv // { meta = drv.meta or { } // new; };
in
{
  inherit addMetaAttrs;
  appendToName = suffix: drv: drv // { name = "${drv.name}-${suffix}"; };
  setName = name: drv: drv // { inherit name; };
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = addMetaAttrs { priority = 10; };
  hiPrio = addMetaAttrs { priority = -10; };
  availableOn =
    platform: package:
    let
      allowed = package.meta.platforms or lib.platforms.all;
    in
    builtins.elem platform.system allowed
    && !builtins.elem platform.system (package.meta.badPlatforms or [ ]);
  getLicenseFromSpdxId =
    id:
    lib.findFirst (l: l.spdxId == id) (throw "no licence has the SPDX id ${id}") (
      builtins.attrValues lib.licenses
    );
  getExe' =
    package: program:
    if !lib.isDerivation package then
      throw "lib.getExe': the first argument is of type ${builtins.typeOf package}, but a package is needed"
    else if builtins.match ".*/.*" program != null then
      throw "lib.getExe': the second argument \"${program}\" must be a name, not a path"
    else
      "${lib.getBin package}/bin/${program}";
  getExe =
    package:
    lib.getExe' package (
      package.meta.mainProgram
        or (lib.warn "lib.getExe: \"${package.name}\" has no meta.mainProgram; its name is used instead" (
          lib.getName package
        ))
    );
}
