# How nginx serves the page, and takes what nodes deliver: a path that takes nothing else, and says nothing.
{ lib }:
{
  settings,
  # Who may come, as addresses and subnets; null for everybody.
  allowed,
  hasIpv6,
  certificate,
  certificateKey,
}:
let
  runtime = "/run/netlib-status-page";
  deny =
    lib.concatMapStrings (source: "allow ${source};\n") (lib.optionals (allowed != null) allowed)
    + lib.optionalString (allowed != null) "allow 127.0.0.1;\nallow ::1;\ndeny all;\n";
  login =
    lib.optionalString (settings.basicAuthFile != null) ''
      auth_basic "status";
      auth_basic_user_file ${settings.basicAuthFile};
    ''
    + lib.optionalString (settings.oidc != null) ''
      auth_request /oauth2/auth;
      error_page 401 = @sign-in;
    '';
  headers = ''
    add_header Content-Security-Policy "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy no-referrer always;
    add_header Cross-Origin-Opener-Policy same-origin always;
    add_header Cross-Origin-Resource-Policy same-origin always;
  '';
  types = ''
    default_type application/octet-stream;
    types { text/html html; text/css css; text/javascript js; image/svg+xml svg; application/json json; }
    charset utf-8;
    charset_types text/css text/javascript application/json;
  '';
in
{
  appendHttpConfig = ''
    limit_req_zone $binary_remote_addr zone=netlib_status_address:4m rate=2r/s;
    limit_req_zone $server_port zone=netlib_status_all:32k rate=100r/s;
    limit_conn_zone $binary_remote_addr zone=netlib_status_connections:4m;
  '';

  virtualHosts.netlib-status-page = {
    serverName = "_";
    listen = map (addr: {
      inherit addr;
      inherit (settings) port;
      ssl = true;
    }) ([ "0.0.0.0" ] ++ lib.optional hasIpv6 "[::]");
    onlySSL = true;
    sslCertificate = certificate;
    sslCertificateKey = certificateKey;
    extraConfig = deny + headers + types;

    locations = {
      "/".extraConfig = login + ''
        root ${runtime}/pages;
        index index.html;
        limit_except GET { deny all; }
        ssi on;
        ssi_silent_errors on;
        add_header Cache-Control no-cache always;
        ${headers}
      '';
      "= /age.html".extraConfig = ''
        internal;
        root ${runtime}/pages;
        ssi on;
      '';
      "/static/".extraConfig = login + ''
        alias ${./static}/;
        add_header Cache-Control "max-age=3600" always;
        ${headers}
      '';

      # What is put here is judged later, by somebody else: nginx only sees that it is small, that not too much comes, and that each has a name of its own.
      "= /statement".extraConfig = ''
        limit_except PUT { deny all; }
        auth_basic off;
        ${lib.optionalString (settings.oidc != null) "auth_request off;"}
        client_max_body_size 18000;
        client_body_timeout 10s;
        client_body_temp_path ${runtime}/spool/arriving;
        limit_req zone=netlib_status_address burst=20 nodelay;
        limit_req zone=netlib_status_all burst=400 nodelay;
        limit_req_status 429;
        limit_conn netlib_status_connections 10;
        limit_conn_status 429;
        rewrite ^ /$remote_addr-$request_id break;
        root ${runtime}/spool;
        dav_methods PUT;
        dav_access user:rw group:rw;
      '';
    }
    // lib.optionalAttrs (settings.oidc != null) {
      "/oauth2/".extraConfig = ''
        proxy_pass ${settings.oidc};
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Auth-Request-Redirect $request_uri;
      '';
      "= /oauth2/auth".extraConfig = ''
        internal;
        proxy_pass ${settings.oidc};
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header Content-Length "";
        proxy_pass_request_body off;
      '';
      "@sign-in".return = "302 /oauth2/start?rd=$request_uri";
    };
  };
}
