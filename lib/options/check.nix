# One health check: what is looked at, from where, how often and with how much patience.
{ lib, netlib }:
let
  inherit (lib) types;

  optional =
    options:
    types.nullOr (
      types.submodule {
        inherit options;
      }
    );

  host = lib.mkOption {
    type = types.nullOr netlib.types.host;
    default = null;
    defaultText = lib.literalMD "localhost from the node itself, else the first of its `addresses` or its `target.host`";
    description = "Host that is connected to.";
    example = "alpha.example.org";
  };

  port = lib.mkOption {
    type = netlib.types.port;
    description = "TCP port.";
    example = 8080;
  };

  time =
    type: default: description:
    lib.mkOption {
      inherit type default description;
      example = "10s";
    };

  count =
    default: description:
    lib.mkOption {
      type = types.ints.positive;
      inherit default description;
      example = 2;
    };

  exec = {
    script = lib.mkOption {
      type = types.lines;
      description = "Shell script, run with `set -eu`. Its exit status 0 is health; the last line that it prints says what is wrong.";
      example = "test \"$(df --output=pcent / | tail -n 1 | tr -dc 0-9)\" -lt 90";
    };

    packages = netlib.types.packages "iputils" "Packages of the pin of the node where it runs, whose programs the script calls.";
  };

  httpGet = {
    inherit host port;

    path = lib.mkOption {
      type = types.strMatching "/[^[:space:]]*";
      default = "/";
      description = "Path of the request, and its query.";
      example = "/health?full=1";
    };

    scheme = lib.mkOption {
      type = types.enum [
        "http"
        "https"
      ];
      default = "http";
      description = "Protocol. With `https` the certificate must be valid for `host`.";
      example = "https";
    };

    headers = lib.mkOption {
      type = types.attrsOf types.singleLineStr;
      default = { };
      description = "Headers of the request. They end up in the Nix store, which all can read.";
      example = {
        Host = "www.example.org";
      };
    };

    statusCodes = lib.mkOption {
      type = types.nonEmptyListOf (types.ints.between 100 599);
      default = lib.range 200 399;
      defaultText = lib.literalExpression "lib.range 200 399";
      description = "Status codes of a healthy answer. Redirections are not followed.";
      example = [
        200
        204
      ];
    };
  };

  other.options = {
    node = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The node that looks.";
      example = "beta";
    };

    role = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The role of which each node looks, the node itself excepted; each must find it healthy.";
      example = "proxy";
    };
  };
in
{
  options = {
    description = lib.mkOption {
      type = types.nullOr types.singleLineStr;
      default = null;
      description = "What is checked, for people. Made from the check when it is not said.";
      example = "the shop answers";
    };

    unit = lib.mkOption {
      type = types.nullOr (types.strMatching "[a-zA-Z0-9:_.@\\-]+\\.[a-z]+");
      default = null;
      description = ''
        A systemd unit of the node: it is active, it has not been restarted since the checks began, and no unit has failed since then.
      '';
      example = "nginx.service";
    };

    exec = lib.mkOption {
      type = optional exec;
      default = null;
      description = "A script that succeeds.";
      example = {
        script = "systemctl is-active nginx";
      };
    };

    httpGet = lib.mkOption {
      type = optional httpGet;
      default = null;
      description = "An HTTP request that is answered with one of `statusCodes`.";
      example = {
        port = 80;
        path = "/health";
      };
    };

    tcpSocket = lib.mkOption {
      type = optional { inherit host port; };
      default = null;
      description = "A TCP connection that can be opened.";
      example = {
        port = 5432;
      };
    };

    booted = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether the check is that the node has finished booting: systemd says `running` or `degraded`.";
      example = true;
    };

    from = lib.mkOption {
      type = types.either (types.enum [
        "self"
        "deployer"
      ]) (types.submodule other);
      default = "self";
      description = ''
        Where the check runs: on the node itself, on the deployer, on another node, or on each node of a role. Checks from the node
        itself decide before the confirmation, so the node rolls back on its own; the others after it, before what comes next.
      '';
      example = {
        node = "beta";
      };
    };

    initialDelay = time netlib.types.delay 0 "Time from the activation until the first look.";
    period = time netlib.types.duration "2s" "Time from one look to the next.";
    timeout = time netlib.types.duration "5s" "Time after which a look has failed.";
    successThreshold = count 1 "How many looks in a row must succeed until the check counts as healthy.";
    failureThreshold = count 3 "How many looks in a row must fail until the check counts as unhealthy again.";
  };
}
