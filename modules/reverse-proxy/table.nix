# Where each site of a proxy leads, as plain values.
{ lib, config }:
_: settings:
let
  siteOf =
    _: site:
    let
      services = config.exports.services.${site.node} or { };
      service = if site.service == null then null else services.${site.service} or null;
    in
    site
    // {
      inherit service services;
      wanted = site.service;
      port = if service != null then service.port else site.port;
      scheme =
        if site.scheme != null then
          site.scheme
        else if service != null && service.scheme != null then
          service.scheme
        else
          "http";
      isLocal = site.node == settings.node;
    };
in
{
  inherit (settings) node email;
  sites = lib.mapAttrs siteOf settings.sites;
}
