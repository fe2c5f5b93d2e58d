# The network of the plan snapshot: one of everything.
{
  imports = [ (import ../../../../modules).wireguard-mesh ];
  network.name = "home";
  warnings = [ "beta moves next week" ];
  activation.confirmTimeout = 120;
  nodes.alpha = {
    target = {
      host = "alpha.example.org";
      port = 2222;
      user = "admin";
      sshOptions = [
        "-o"
        "ProxyJump=bastion"
      ];
    };
    tags = [ "edge" ];
    activation = {
      goal = "boot";
      reboot = "when-needed";
      rebootTimeout = 900;
    };
    addresses = [ "alpha.example.org" ];
  };
  nodes.beta = {
    target.local = true;
    system = "aarch64-linux";
  };
  deploy.order.edge-first = {
    nodes = [ "beta" ];
    after = [ "alpha" ];
  };
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members = {
      alpha = { };
      beta = { };
    };
  };
}
