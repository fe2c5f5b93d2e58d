# The website: a role for the machines that serve it, how they are taken to a new version, and the gateway in front of them.
{
  roles.web = {
    nodes = [ "web*" ];
    nixos = ../machines/web.nix;
    checks.website.httpGet.port = 80;
    # One machine first, alone; when it serves the website, the others follow one by one, so that somebody always answers.
    rollout = {
      canary = true;
      maxUnavailable = 1;
    };
  };

  # Nobody but the gateway gets to port 80 of the machines.
  reverse-proxy.public = {
    proxies.gateway = { };
    # Replace: the name of the website.
    hosts."www.example.org" = {
      backends."role:web".port = 80;
      # When the name's DNS record points to the gateway, remove this line and say the following for a certificate.
      tls = "none";
    };
    # acme = {
    #   email = "anna@example.org";
    #   acceptTerms = true;           # of Let's Encrypt
    # };
  };
}
