# Which packages and units differ between two closures, by nothing but names and sizes. Each closure is what the shell lists of it: its
# store paths, a line each, and then as many sizes.
{ before, after }:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    fromJSON
    genList
    groupBy
    head
    isString
    length
    listToAttrs
    mapAttrs
    match
    parseDrvName
    split
    stringLength
    substring
    ;

  # A size that differs by less is not worth a line.
  worthALine = 8 * 1024;

  pathsOf =
    text:
    let
      lines = filter (line: isString line && line != "") (split "\n" text);
      count = length lines / 2;
    in
    genList (at: {
      path = elemAt lines at;
      # After the store's folder, a hash and a dash.
      name = substring 44 (-1) (elemAt lines at);
      size = fromJSON (elemAt lines (count + at));
    }) count;
  sides = mapAttrs (_: pathsOf) { inherit before after; };

  unique =
    texts:
    attrNames (
      listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) texts
      )
    );

  # Name and version, without the name of an output, as `nix store diff-closures` takes them apart.
  parse =
    name:
    let
      output = match "(.+)-([a-z]+|lib32|lib64)" name;
    in
    parseDrvName (if output == null then name else head output);

  packagesOf =
    paths:
    mapAttrs (_: all: {
      versions = unique (map (path: path.version) all);
      bytes = foldl' (sum: path: sum + path.size) 0 all;
    }) (groupBy (path: path.name) (map (path: parse path.name // { inherit (path) size; }) paths));
  packages = mapAttrs (_: packagesOf) sides;

  versions =
    one: other:
    let
      only = filter (version: !elem version other.versions) one.versions;
      shown = map (version: if version == "" then "ε" else version) only;
    in
    if only == [ ] then "∅" else concatStringsSep ", " shown;

  kibibytes =
    bytes:
    let
      size = if bytes < 0 then -bytes else bytes;
      tenths = (size * 10 + 512) / 1024;
    in
    "${if bytes < 0 then "-" else "+"}${toString (tenths / 10)}.${
      toString (tenths - tenths / 10 * 10)
    } KiB";

  differenceOf =
    name:
    let
      of =
        side:
        side.${name} or {
          versions = [ ];
          bytes = 0;
        };
      old = of packages.before;
      new = of packages.after;
      more = new.bytes - old.bytes;
      parts =
        (if old.versions == new.versions then [ ] else [ "${versions old new} → ${versions new old}" ])
        ++ (if more < worthALine && -more < worthALine then [ ] else [ (kibibytes more) ]);
    in
    if parts == [ ] then [ ] else [ "${name}: ${concatStringsSep ", " parts}" ];

  # The script of a unit, such as `script-web-start`, is told as the unit.
  unitOf =
    { name, ... }:
    let
      unit = match "unit-(.+)" name;
      script = match "unit-script-(.+)-[^-]*" name;
    in
    if script != null then
      [ "${head script}.service" ]
    else if unit != null then
      unit
    else
      [ ];
  isIn =
    side:
    let
      there = groupBy (path: path.path) side;
    in
    path: there ? ${path.path};
  without = side: other: filter (path: !isIn other path) side;
in
{
  packages = concatMap differenceOf (attrNames (packages.before // packages.after));
  units = unique (
    concatMap unitOf (without sides.before sides.after ++ without sides.after sides.before)
  );
}
