# The script of one check: looks once, and says in its last line of output why it is not healthy.
# Runs on NixOS and wherever the deployer is, so it counts on nothing but the packages that it names.
{ lib }:
{
  pkgs,
  places,
  # { check; isLocal; }
  probe,
}:
let
  inherit (probe) check;
  inherit (lib) escapeShellArg;

  # 200-399 rather than two hundred numbers.
  isRange =
    codes: codes == lib.range (builtins.head codes) (lib.last codes) && builtins.length codes > 2;
  showCodes =
    codes:
    if isRange codes then
      "${toString (builtins.head codes)}-${toString (lib.last codes)}"
    else
      lib.concatMapStringsSep ", " toString codes;

  unit = {
    packages = [ pkgs.systemd ];
    script = ''
      unit=${escapeShellArg check.unit}
      patience=${toString check.failureThreshold}
      ${builtins.readFile ./unit.sh}
    '';
  };

  exec = {
    packages = check.exec.packages pkgs;
    inherit (check.exec) script;
  };

  httpGet =
    let
      url = places.urlOf probe;
      headers = lib.mapAttrsToList (name: value: "--header ${escapeShellArg "${name}: ${value}"}") (
        check.httpGet.headers
      );
      codes = check.httpGet.statusCodes;
    in
    {
      packages = [ pkgs.curl ];
      # The user's own settings and proxies say nothing about the node.
      script = ''
        url=${escapeShellArg url}
        status=$(curl --disable --noproxy '*' --globoff --silent --show-error --max-time ${toString check.timeout} \
          --output /dev/null --write-out '%{http_code}' ${lib.concatStringsSep " " headers} -- "$url")
        case " ${toString codes} " in
          *" $status "*) exit 0 ;;
        esac
        echo "GET $url: answered with status $status, not with ${showCodes codes}"
        exit 1
      '';
    };

  tcpSocket =
    let
      host = places.hostOf probe;
    in
    {
      packages = [ ];
      script = ''
        host=${escapeShellArg host} port=${toString check.tcpSocket.port}
        if reason=$(timeout ${toString check.timeout} ${pkgs.runtimeShell} -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>&1); then
          exit 0
        fi
        reason=''${reason##*: }
        echo "TCP $host:$port: ''${reason:-no answer within ${toString check.timeout} s}"
        exit 1
      '';
    };

  booted = {
    packages = [ pkgs.systemd ];
    script = ''
      # Its exit status is that of `running` only.
      state=$(systemctl is-system-running || true)
      case $state in
        running | degraded) exit 0 ;;
      esac
      echo "the system has not finished booting: systemd says ''${state:-nothing}"
      exit 1
    '';
  };
in
{
  inherit
    unit
    exec
    httpGet
    tcpSocket
    booted
    ;
}
.${check.kind}
