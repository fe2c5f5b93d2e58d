{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web.nodes = [ "module:shift.night" ];
  exports.members.shift.night = [ "role:web" ];
}
