# Text in Graphviz's language, where nothing in it is anything but text.
{ lib }:
{
  quoted = text: "\"${lib.replaceStrings [ "\\" "\"" "\n" "\r" ] [ "\\\\" "\\\"" "\\n" "" ] text}\"";

  # The same within a label of HTML.
  html =
    text:
    lib.replaceStrings [ "&" "<" ">" "\"" "\n" "\r" ] [ "&amp;" "&lt;" "&gt;" "&quot;" "<BR/>" "" ]
      text;
}
