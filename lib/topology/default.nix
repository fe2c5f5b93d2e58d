# The picture of a network: as data, and drawn in several languages.
{ lib }:
config:
let
  data = import ./data.nix { inherit lib; } config;
  words = import ./words.nix { inherit lib; } data;
  draw = file: import file { inherit lib data words; };
in
{
  json = data;
  text = draw ./text.nix;
  dot = draw ./dot.nix;
  mermaid = draw ./mermaid.nix;
}
