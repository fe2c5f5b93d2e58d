# The example of the README, which the tests evaluate: two people, a group, an authority for people and one for hosts.
{
  nodes.alpha = {
    addresses = [ "alpha.example.org" ];
    tags = [ "edge" ];
  };
  nodes.beta.target.port = 2222;

  ssh-access = {
    users.anna = {
      keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna" ];
      access.anna = [ "@edge" ];
    };
    users.ben = {
      keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJY0UKrzhK7nLF0rMG5j8FonPeLD5ElhwwYDqd4jXIyr ben" ];
      revokedKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG85G8ZzT9z5Kn8g6eZNgwBb9LYYsSNaVmYl3OX//wIG lost laptop"
      ];
    };
    groups.admins = {
      members = [
        "anna"
        "ben"
      ];
      access.root = [
        "alpha"
        "beta"
      ];
    };

    authorities.users = {
      publicKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJHefTz7ry5IEYw3xj17cQsCsJqQdOHwZmpgoqwZog/ people"
      ];
      privateKey = "~/.ssh/people-authority";
      validity = "12h";
    };
    authorities.hosts.publicKeys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfsW2nCDZHtiEC4xCGgTlE6mxkA+oD8GPUApygwghEP hosts"
    ];
  };
}
