# The files for one machine that is not deployed, as the driver asks for them.
{ lib, errors }:
rendered: name: file:
let
  inherit (errors) quote quoteList;
  files = rendered.${name};
  chosen = if file == null then files else { ${file} = files.${file}; };
in
if rendered == { } then
  errors.fail "there are no files to render: none of the network modules in use makes files for machines that are not deployed."
else if !(rendered ? ${name}) then
  errors.fail "there are no files for ${quote name}.${errors.meant name (builtins.attrNames rendered)} There are files for ${quoteList (builtins.attrNames rendered)}."
else if file != null && !(files ? ${file}) then
  errors.fail "${quote name} has no file ${quote file}.${errors.meant file (builtins.attrNames files)} Its files are ${quoteList (builtins.attrNames files)}."
else
  lib.mapAttrs (_: item: { inherit (item) description qr text; }) chosen
