{
  network.name = "home";
  nodes.db.deployment = {
    targetHost = "db.example.org";
    tags = [ "a" ];
    buildOnTarget = true;
  };
}
