# Roles: who has them, what they bring, how they build on each other.
{ subject, ... }:
let
  inherit (subject) lib;
  evaluate =
    module:
    subject.evaluate {
      imports = [ module ];
      network.name = "roles";
    };
  plan = module: (evaluate module).plan;
  rolesOf = module: (evaluate module).config.resolved.roles;
  nodes = lib.genAttrs [ "web1" "web2" "db1" "db2" ] (_: { });
  members = module: lib.mapAttrs (_: role: role.nodes) (rolesOf module);
in
{
  "a node says its role, or a role its nodes" = {
    expr = members {
      inherit nodes;
      imports = [ { nodes.db1.role = "web"; } ];
      roles.web.nodes = [ "web*" ];
    };
    expected.web = [
      "db1"
      "web1"
      "web2"
    ];
  };
  "the plan names the role a node says and all it has" = {
    expr =
      let
        node =
          (plan {
            inherit nodes;
            imports = [ { nodes.web1.role = "web"; } ];
            roles.web = { };
            roles.all.nodes = [ "*" ];
          }).nodes.web1;
      in
      {
        inherit (node) role roles;
      };
    expected = {
      role = "web";
      roles = [
        "all"
        "web"
      ];
    };
  };
  "a role has the nodes of those that extend it, however far away" = {
    expr = members {
      inherit nodes;
      roles = {
        a = { };
        b.extends = [ "a" ];
        c = {
          extends = [ "b" ];
          nodes = [ "web1" ];
        };
        d = {
          extends = [ "a" ];
          nodes = [ "db*" ];
        };
      };
    };
    expected = {
      a = [
        "db1"
        "db2"
        "web1"
      ];
      b = [ "web1" ];
      c = [ "web1" ];
      d = [
        "db1"
        "db2"
      ];
    };
  };
  "a role is made of other roles and tags" = {
    expr =
      (members {
        imports = [
          { inherit nodes; }
          { nodes.web1.tags = [ "edge" ]; }
        ];
        roles = {
          web.nodes = [ "web*" ];
          database.nodes = [ "db*" ];
          inner.nodes = [
            "role:web & !@edge"
            "role:database"
            "!db2"
          ];
        };
      }).inner;
    expected = [
      "db1"
      "web2"
    ];
  };
  "a role without nodes is a warning that names it and its file" = {
    expr =
      map (lib.hasInfix "role `web` has no nodes")
        (plan {
          inherit nodes;
          roles.web = { };
          roles.db.nodes = [ "db*" ];
        }).warnings;
    expected = [ true ];
  };
  "roles alone change no step" = {
    expr =
      (plan {
        inherit nodes;
        roles.web.nodes = [ "web*" ];
      }).steps == (plan { inherit nodes; }).steps;
    expected = true;
  };
  "checks of roles, of those they extend, and of the node add up" = {
    expr =
      lib.mapAttrs (_: node: builtins.attrNames node.checks)
        (plan {
          imports = [ { inherit nodes; } ];
          nodes.web1.checks.own.booted = true;
          checks.db1.module.exec.script = "true";
          roles = {
            base = {
              nodes = [ "db1" ];
              checks.sshd.unit = "sshd.service";
            };
            web = {
              nodes = [ "web*" ];
              extends = [ "base" ];
              checks.http.httpGet.port = 80;
            };
          };
        }).nodes;
    expected = {
      web1 = [
        "http"
        "own"
        "sshd"
      ];
      web2 = [
        "http"
        "sshd"
      ];
      db1 = [
        "module"
        "sshd"
      ];
      db2 = [ ];
    };
  };
  "a node refines a check of its role" = {
    expr =
      let
        check =
          (plan {
            imports = [ { inherit nodes; } ];
            nodes.web1.checks.http = {
              period = 30;
              timeout = lib.mkForce 20;
            };
            roles.web = {
              nodes = [ "web*" ];
              checks.http = {
                httpGet.port = 80;
                timeout = 3;
              };
            };
          }).nodes.web1.checks.http;
      in
      {
        inherit (check) period timeout description;
      };
    expected = {
      period = 30;
      timeout = 20;
      description = "GET http://localhost:80/";
    };
  };
  "roles do not force the configuration of nodes" = {
    expr =
      (rolesOf {
        inherit nodes;
        roles.web = {
          nodes = [ "web*" ];
          nixos = throw "a role was evaluated";
        };
      }).web.nodes;
    expected = [
      "web1"
      "web2"
    ];
  };
}
