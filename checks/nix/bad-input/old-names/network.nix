# Options by the names that they had before.
{
  network.name = "home";
  defaults = { pkgs, ... }: { environment.systemPackages = [ pkgs.hello ]; };
  nodes.alpha.configuration = ./nowhere.nix;
  roles.web.configuration.services.nginx.enable = true;
}
