# Two admins; a password that two services share, the hash of root's password, and a token that is nowhere but in memory.
{
  nodes.alpha.role = "web";
  nodes.beta = { };
  roles.web = { };

  secrets = {
    admins.anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
    admins.ben = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    db-password = {
      for = [
        "role:web"
        "beta"
      ];
      generator = { pkgs, ... }: "${pkgs.openssl}/bin/openssl rand -hex 32";
      restart = [ "shop.service" ];
    };

    root-password = {
      for = [ "*" ];
      prompt = "Hash of root's password, as mkpasswd prints it";
      neededFor = "users";
    };

    payment-token = {
      for = [ "role:web" ];
      volatile = true;
      from = "pass show shop/payment-token";
      restart = [ "shop.service" ];
    };
  };

  configure.alpha =
    { config, ... }:
    {
      users.users.root.hashedPasswordFile = config.netlib.secrets.root-password.path;
      systemd.services.shop = {
        wantedBy = [ "multi-user.target" ];
        script = "exec serve-the-shop";
        environment = {
          DB_PASSWORD_FILE = config.netlib.secrets.db-password.path;
          PAYMENT_TOKEN_FILE = config.netlib.secrets.payment-token.path;
        };
      };
    };
}
