{
  network.name = "home";
  nodes.db = { };
  roles.web.users.users.anna = { };
}
