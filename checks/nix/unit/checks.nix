# Health checks: from where they look, how they are described, and where their programs are.
{ subject, ... }:
let
  inherit (subject) lib;
  evaluate =
    module:
    subject.evaluate {
      imports = [ module ];
      network.name = "checks";
      nodes = {
        alpha = { };
        beta.addresses = [ "beta.example.org" ];
        gamma.target.host = "2001:db8::3";
      };
      roles.proxy.nodes = [
        "alpha"
        "beta"
      ];
    };
  plan = module: (evaluate module).plan;
  # One check of a node, as the plan has it.
  checkOf = node: check: (plan { checks.${node}.it = check; }).nodes.${node}.checks.it;
  fromOf =
    node: from:
    (checkOf node {
      tcpSocket.port = 1;
      inherit from;
    }).from;
  describe = node: check: (checkOf node check).description;
  places =
    module:
    let
      evaluated = evaluate module;
    in
    {
      nodes = builtins.attrNames evaluated.programs;
      said = map (lib.removePrefix "node:") (
        builtins.attrNames (removeAttrs evaluated.plan.programs [ "deployer" ])
      );
      deployer = evaluated.plan.programs ? deployer;
    };
  tcp = from: {
    tcpSocket.port = 1;
    inherit from;
  };
in
{
  "a check in the plan" = {
    expr = checkOf "alpha" {
      unit = "nginx.service";
      initialDelay = 3;
      failureThreshold = 5;
    };
    expected = {
      description = "nginx.service is active";
      from = [ "self" ];
      program = "check-alpha.it";
      initialDelay = 3;
      period = 2;
      timeout = 5;
      successThreshold = 1;
      failureThreshold = 5;
      # The network itself wants two looks in a row.
      settle = "3 2 5 2 5";
      glance = "0 2 5 1 5";
      longest = 52;
    };
  };
  "where a check looks from" = {
    expr = map (fromOf "alpha") [
      "self"
      "deployer"
      { node = "beta"; }
      { node = "alpha"; }
      { role = "proxy"; }
    ];
    expected = [
      [ "self" ]
      [ "deployer" ]
      [ "node:beta" ]
      [ "self" ]
      [ "node:beta" ]
    ];
  };
  "each node of a role looks" = {
    expr = fromOf "gamma" { role = "proxy"; };
    expected = [
      "node:alpha"
      "node:beta"
    ];
  };
  "checks describe themselves" = {
    expr = [
      (describe "alpha" { unit = "a.service"; })
      (describe "alpha" { exec.script = "true"; })
      (describe "alpha" { httpGet.port = 80; })
      (describe "alpha" {
        httpGet = {
          port = 443;
          scheme = "https";
          host = "www.example.org";
          path = "/health";
        };
      })
      (describe "alpha" { tcpSocket.port = 22; })
      (describe "alpha" { booted = true; })
      (describe "alpha" {
        booted = true;
        description = "it is up";
      })
    ];
    expected = [
      "a.service is active"
      "it succeeds"
      "GET http://localhost:80/"
      "GET https://www.example.org:443/health"
      "TCP localhost:22 accepts"
      "the system has booted"
      "it is up"
    ];
  };
  "from elsewhere the host is the node's first address, else what ssh connects to" = {
    expr =
      map
        (
          node:
          describe node {
            tcpSocket.port = 22;
            from = "deployer";
          }
        )
        [
          "alpha"
          "beta"
          "gamma"
        ];
    expected = [
      "TCP alpha:22 accepts"
      "TCP beta.example.org:22 accepts"
      "TCP [2001:db8::3]:22 accepts"
    ];
  };
  "checks from elsewhere have a step, checks from the node have none" = {
    expr =
      lib.filterAttrs (_: step: step.kind == "check")
        (plan {
          checks.alpha.a = tcp "self";
          checks.beta.a = tcp "self";
          checks.beta.b = tcp "deployer";
          checks.gamma.a = tcp { node = "gamma"; };
        }).steps;
    expected."check:beta" = {
      kind = "check";
      node = "beta";
      after = [ "activate:beta" ];
    };
  };
  "programs are where they run" = {
    expr = [
      (places { })
      (places { checks.alpha.a = tcp "self"; })
      (places { checks.alpha.a = tcp "deployer"; })
      (places { checks.gamma.a = tcp { role = "proxy"; }; })
      (places {
        deploy.steps = {
          one = {
            kind = "command";
            on = "beta";
            command = "true";
          };
          two = {
            kind = "command";
            on = "deployer";
            command = "true";
          };
        };
      })
    ];
    expected =
      let
        at = nodes: deployer: {
          inherit nodes deployer;
          said = nodes;
        };
      in
      [
        (at [ ] false)
        (at [ "alpha" ] false)
        (at [ ] true)
        (at [ "alpha" "beta" ] false)
        (at [ "beta" ] true)
      ];
  };
  "programs of the deployer are there for each system that netlib has" = {
    expr = builtins.attrNames (evaluate { checks.alpha.a = tcp "deployer"; }).deployerPrograms;
    expected = [ "x86_64-linux" ];
  };
  "a network module writes checks beside the user's" = {
    expr =
      builtins.attrNames
        (plan {
          imports = [ { checks.alpha.module = tcp "self"; } ];
          nodes.alpha.checks.user = tcp "self";
        }).nodes.alpha.checks;
    expected = [
      "module"
      "user"
    ];
  };
  "the plan forces no script and no package" = {
    expr =
      (checkOf "alpha" {
        exec = {
          script = throw "a script was looked at";
          packages = throw "packages were looked at";
        };
      }).program;
    expected = "check-alpha.it";
  };
}
