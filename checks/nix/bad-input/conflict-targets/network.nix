# Copied from web1 and not corrected; the last three are other machines, or nobody can tell.
{
  network.name = "home";
  nodes.web1.target.host = "web1.example.org";
  nodes.web2.target.host = "web1.example.org";
  nodes.beside.target = {
    host = "web1.example.org";
    port = 2222;
  };
  nodes.here.target.local = true;
  nodes.there.target.local = true;
}
