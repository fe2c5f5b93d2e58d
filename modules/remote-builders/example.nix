# The example of the README, which the tests evaluate: a builder for two systems and two machines that use it.
{
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma = {
    addresses = [ "gamma.example.org" ];
    target.port = 2222;
    nixos.nix.settings.system-features = [
      "kvm"
      "benchmark"
    ];
  };

  remote-builders.main = {
    builders.gamma = {
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      maxJobs = 8;
      supportedFeatures = [
        "kvm"
        "benchmark"
      ];
    };
    clients = [
      "alpha"
      "beta"
    ];
  };
}
