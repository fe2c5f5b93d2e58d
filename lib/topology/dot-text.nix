# Text in Graphviz's language, where nothing in it is anything but text.
{ lib }:
{
  quoted = text: "\"${lib.replaceStrings [ "\\" "\"" "\n" "\r" ] [ "\\\\" "\\\"" "\\n" "" ] text}\"";
}
