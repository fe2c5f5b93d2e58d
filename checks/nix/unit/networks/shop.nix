# The network of the rollout snapshot: roles, checks from everywhere, a command between two roles, a canary and batches.
{
  network.name = "shop";
  rollout = {
    timing.minHealthyTime = 5;
    timing.healthyDeadline = 60;
  };

  nodes = {
    database1.role = "database";
    database2.role = "database";
    web1 = { };
    web2 = { };
    web3 = {
      tags = [ "edge" ];
      addresses = [ "web3.example.org" ];
    };
    web4 = { };
    web5 = { };
    monitor = {
      deploy.after = [ "role:web" ];
      checks.booted.booted = true;
    };
  };

  roles = {
    base = {
      nodes = [ "!monitor" ];
      checks.sshd.unit = "sshd.service";
    };

    database = {
      extends = [ "base" ];
      checks.accepts = {
        description = "the database accepts connections";
        tcpSocket.port = 5432;
        from.role = "web";
        failureThreshold = 5;
      };
      rollout = {
        maxParallel = 1;
        irreversible = true;
        onUnreachable = "skip";
      };
    };

    web = {
      nodes = [ "web*" ];
      extends = [ "base" ];
      checks = {
        http.httpGet = {
          port = 80;
          path = "/health";
        };
        reachable = {
          httpGet.port = 80;
          from = "deployer";
          initialDelay = 1;
        };
      };
      rollout = {
        canary = "web3";
        batches = [
          "50%"
          "100%"
        ];
        maxUnavailable = "25%";
        maxFailures = 1;
        pause = {
          after = "canary";
          deadline = 600;
        };
        autoRevert = "rollout";
      };
    };
  };

  deploy = {
    order.database-before-web = {
      nodes = [ "role:web" ];
      after = [ "role:database" ];
    };
    steps.migrate = {
      kind = "command";
      on = "database1";
      command = "echo migrated";
      after = [ "role:database" ];
      before = [ "role:web" ];
      timeout = 120;
    };
    steps.announce = {
      kind = "command";
      on = "deployer";
      command = "echo deployed";
      after = [ "role:web" ];
    };
  };
}
