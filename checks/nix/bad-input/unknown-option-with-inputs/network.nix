# What holds itself must not be printed.
let
  inputs.self = inputs;
in
{
  network.name = "home";
  nodes.db.specialAgrs = { inherit inputs; };
  stuff = inputs;
}
