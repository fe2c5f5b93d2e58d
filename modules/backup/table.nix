# What is to know about one backup instance, as plain values: names, paths and the minute of each client.
{ lib }:
instance: settings:
let
  hexToInt = text: (fromTOML "value = 0x${text}").value;
  minuteOf =
    seed: count: lib.mod (hexToInt (builtins.substring 0 12 (builtins.hashString "sha256" seed))) count;

  pad = number: lib.fixedWidthString 2 "0" (toString number);
  startMinutes =
    let
      parts = builtins.match "0?([0-9]+):0?([0-9]+)" settings.window.start;
    in
    lib.toInt (builtins.head parts) * 60 + lib.toInt (builtins.elemAt parts 1);
  clock =
    minutes:
    let
      ofDay = lib.mod minutes 1440;
    in
    "${pad (ofDay / 60)}:${pad (lib.mod ofDay 60)}:00";

  days = [
    "Mon"
    "Tue"
    "Wed"
    "Thu"
    "Fri"
    "Sat"
    "Sun"
  ];

  clientOf =
    name: client:
    let
      start = startMinutes + minuteOf "${instance}/${name}" settings.window.minutes;
    in
    client
    // {
      startAt = "*-*-* ${clock start}";
      # Half a day from the backups, on a day of its own.
      checkAt = "${builtins.elemAt days (minuteOf "${instance}/${name}/day" 7)} *-*-* ${clock (start + 720)}";
    };
in
{
  inherit instance;
  inherit (settings) servers recoveryKeys;
  clients = lib.mapAttrs clientOf settings.clients;
  clientsOf = server: lib.filterAttrs (_: client: client.server == server) settings.clients;
  directory = "/var/lib/netlib/backup/${instance}";
  configuration = "netlib/backup/${instance}/ssh_config";
  keyFact = "backup-${instance}-key";
  recoveryFact = "backup-${instance}-recovery";
}
