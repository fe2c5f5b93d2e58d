# Fixed points and the extension of recursive attribute sets.
{ lib }:
let
  fix =
    f:
    let
      self = f self;
    in
    self;

  extends =
    overlay: base: final:
    let
      prev = base final;
    in
    prev // overlay final prev;

  composeExtensions =
    first: second: final: prev:
    let
      a = first final prev;
      prev' = prev // a;
    in
    a // second final prev';

  makeExtensibleWithCustomName =
    name: f:
    fix f
    // {
      ${name} = overlay: makeExtensibleWithCustomName name (extends overlay f);
    };
in
{
  inherit
    fix
    extends
    composeExtensions
    makeExtensibleWithCustomName
    ;
  fix' = f: fix f // { __unfix__ = f; };
  converge =
    f: x:
    let
      next = f x;
    in
    if next == x then x else lib.converge f next;
  composeManyExtensions = lib.foldr composeExtensions (_: _: { });
  makeExtensible = makeExtensibleWithCustomName "extend";
  toExtension =
    f:
    if lib.isFunction f then
      final: prev:
      let
        once = f prev;
      in
      if lib.isFunction once then f final prev else once
    else
      _: _: f;
}
