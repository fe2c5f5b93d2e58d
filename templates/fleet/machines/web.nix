# NixOS configuration of the machines that serve the website.
{ node, ... }:
{
  # Replace: the website. This one says which machine has answered.
  services.nginx = {
    enable = true;
    virtualHosts.website = {
      default = true;
      locations."/".return = "200 '${node.name}\\n'";
    };
  };
}
