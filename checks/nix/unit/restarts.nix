# What stands around restarts: when they may be, and what takes nodes out of service for them.
{ subject, ... }:
let
  inherit (subject) lib;

  # Three nodes of one rollout, of which two are behind a balancer.
  network = {
    network.name = "shop";
    nodes = {
      balancer = { };
      web1.activation.drain = {
        on = "balancer";
        command = "disable";
        timeout = "30s";
      };
      web1.activation.undrain = {
        on = "balancer";
        command = "enable";
      };
      web2.activation.undrain.command = "enable";
      web3 = { };
    };
    rollouts.web = {
      nodes = [ "web*" ];
      maxUnavailable = 1;
    };
  };
  planFor = (subject.evaluate network).planFor;
  documentOf = request: builtins.fromJSON (builtins.toJSON (planFor request));
  restarts = documentOf { reboot = true; };
  isAround = id: _: builtins.match "(due|drain|undrain):.*" id != null;
  edges = lib.mapAttrs (
    _: step: {
      inherit (step) after;
      afterCompletion = step.afterCompletion or [ ];
    }
  );
in
{
  "a node is drained after what it waits for, and undrained before what waits for it" = {
    expr = edges (
      lib.getAttrs [ "due:web1" "drain:web1" "activate:web1" "undrain:web1" "gate:web:1" ] restarts.steps
    );
    expected = {
      "due:web1" = {
        after = [
          "copy:web1"
          "gate:web:0"
        ];
        afterCompletion = [ ];
      };
      "drain:web1" = {
        after = [ "due:web1" ];
        afterCompletion = [ ];
      };
      "activate:web1" = {
        after = [ "drain:web1" ];
        afterCompletion = [ ];
      };
      "undrain:web1" = {
        after = [ ];
        afterCompletion = [ "activate:web1" ];
      };
      "gate:web:1" = {
        after = [
          "gate:web:0"
          "undrain:web1"
          "undrain:web2"
        ];
        afterCompletion = [
          "activate:web1"
          "activate:web2"
          "activate:web3"
        ];
      };
    };
  };
  "no more nodes are out of service than the rollout allows" = {
    expr = restarts.steps."due:web2".after;
    expected = [
      "activate:web1"
      "copy:web2"
      "gate:web:0"
      "undrain:web1"
    ];
  };
  "commands run where they say" = {
    expr = lib.mapAttrs (_: step: "${step.program} on ${step.on} for ${toString step.timeout}") (
      lib.filterAttrs isAround restarts.steps
    );
    expected = {
      "due:web1" = "due-web1 on node:web1 for 60";
      "drain:web1" = "drain-web1 on node:balancer for 30";
      "undrain:web1" = "undrain-web1 on node:balancer for 600";
      "due:web2" = "due-web2 on node:web2 for 60";
      "undrain:web2" = "undrain-web2 on node:web2 for 600";
    };
  };
  "there is nothing of it where no node may restart" = {
    expr = map (request: builtins.attrNames (lib.filterAttrs isAround (documentOf request).steps)) [
      { }
      {
        reboot = true;
        goal = "test";
      }
    ];
    expected = [
      [ ]
      [ ]
    ];
  };
  "it is there for the goal boot, and where only the node is deployed" =
    let
      only = documentOf {
        reboot = true;
        goal = "boot";
        on = [ "web1" ];
      };
    in
    {
      expr = {
        steps = builtins.attrNames (lib.filterAttrs isAround only.steps);
        inherit (only.nodes.balancer) selected;
        places = builtins.attrNames only.programs;
      };
      expected = {
        steps = [
          "drain:web1"
          "due:web1"
          "undrain:web1"
        ];
        selected = false;
        places = [
          "node:balancer"
          "node:web1"
        ];
      };
    };
}
