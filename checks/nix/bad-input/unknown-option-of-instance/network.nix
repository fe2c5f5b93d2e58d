# Two in one instance; one holds something that has no end.
let
  endless.itself = endless;
in
{
  imports = [ (import ../../../../modules).hello ];
  network.name = "home";
  nodes.alpha = { };
  hello.morning = {
    server = "alpha";
    clinets = endless;
    whatever = 1;
  };
}
