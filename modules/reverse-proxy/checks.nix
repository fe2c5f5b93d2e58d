# Health checks of an instance: backends answer at the address where proxies ask them, proxies answer to all names.
# None runs on a proxy before the proxy itself is deployed: a mesh that leads to the backends may only come up with it.
{ lib }:
table:
let
  hosts = builtins.attrValues table.hosts;

  # Names of checks have at most 100 characters, with the `.backend` that some have in the end.
  nameOf =
    host:
    let
      name = "reverse-proxy-${table.name}.${plain host.name}";
    in
    if builtins.stringLength name <= 92 then
      name
    else
      "${builtins.substring 0 75 name}-${builtins.substring 0 16 (builtins.hashString "sha256" name)}";
  # A wildcard stands for any name.
  plain = builtins.replaceStrings [ "*" ] [ "any" ];

  bracketed = address: if lib.hasInfix ":" address then "[${address}]" else address;

  backendCheck = host: backend: {
    ${backend.node}."${nameOf host}.backend" = {
      description = "${backend.node} answers requests for ${host.name}";
    }
    // (
      let
        at = {
          host = (builtins.head backend.paths).address;
          inherit (backend) port;
        };
      in
      # Its certificate need not be valid for the address that the proxy uses.
      if backend.scheme == "https" then
        { tcpSocket = at; }
      else
        {
          httpGet = at // {
            inherit (host.health) path statusCodes;
            headers.Host = plain host.name;
          };
        }
    );
  };

  # What each backend says when it is asked directly, for who reads the failure.
  askBackends =
    proxy: host:
    lib.concatMapStrings (
      backend:
      let
        path = lib.findFirst (path: path.proxy == proxy) null backend.paths;
        url = "${backend.scheme}://${bracketed path.address}:${toString backend.port}${host.health.path}";
      in
      ''
        echo "${backend.node}, asked directly: $(ask --header ${lib.escapeShellArg "Host: ${plain host.name}"} ${lib.escapeShellArg url})"
      ''
    ) host.backends;

  proxyCheck =
    proxy: host:
    let
      isPlain = host.tls == "none";
      name = plain host.name;
      port = if isPlain then "80" else "443";
      url = "${if isPlain then "http" else "https"}://${name}${host.health.path}";
    in
    {
      ${nameOf host} = {
        description = "${proxy} answers to ${host.name}";
        exec = {
          packages = pkgs: [ pkgs.curl ];
          # The certificate may still be one that the node signed itself, until the authority has answered.
          script = ''
            ask() {
              curl --silent --insecure --max-time 5 --output /dev/null --write-out '%{http_code}' "$@" || true
            }
            code=$(ask --resolve ${lib.escapeShellArg "${name}:${port}:127.0.0.1"} ${lib.escapeShellArg url})
            case " ${toString host.health.statusCodes} " in
              *" $code "*) exit 0 ;;
            esac
            ${lib.optionalString (!host.health.required) ''
              [ "$code" = 000 ] || exit 0
            ''}
            ${askBackends proxy host}
            echo "${url} is answered with $code by nginx on ${proxy} (000: not at all)"
            exit 1
          '';
        };
        period = 5;
        timeout = 10 + 5 * builtins.length host.backends;
      };
    };
in
lib.mkIf (hosts != [ ]) (
  lib.mkMerge (
    lib.concatMap (host: map (backendCheck host) host.backends) hosts
    ++ map (proxy: { ${proxy} = lib.mkMerge (map (proxyCheck proxy) hosts); }) table.proxies
  )
)
