# Text of unit files from the options.
{ lib, pkgs }:
let
  show = value: if lib.isBool value then lib.boolToString value else toString value;
  line = key: value: "${key}=${show value}\n";
  section =
    name: settings:
    "[${name}]\n"
    + lib.concatStrings (
      lib.mapAttrsToList (
        key: value: lib.concatMapStrings (line key) (lib.filter (one: one != null) (lib.toList value))
      ) settings
    );

  # Changes of these texts restart or reload the unit; the switch looks at the names.
  trigger =
    values:
    builtins.hashString "sha256" (
      lib.concatMapStringsSep "\n" (value: "${value}") (lib.flatten values)
    );

  unit =
    def:
    lib.filterAttrs (_: value: value != "" && value != [ ] && value != null) {
      Description = def.description;
      Documentation = toString def.documentation;
      Requires = toString def.requires;
      Wants = toString def.wants;
      Upholds = toString def.upholds;
      After = toString def.after;
      Before = toString def.before;
      BindsTo = toString def.bindsTo;
      PartOf = toString def.partOf;
      Conflicts = toString def.conflicts;
      Requisite = toString def.requisite;
      OnFailure = toString def.onFailure;
      OnSuccess = toString def.onSuccess;
      X-Restart-Triggers = lib.optionalString (def.restartTriggers != [ ]) (trigger def.restartTriggers);
      X-Reload-Triggers = lib.optionalString (def.reloadTriggers != [ ]) (trigger def.reloadTriggers);
    }
    // def.unitConfig;

  script =
    name: kind: text:
    "${pkgs.writeShellScript "unit-script-${lib.replaceStrings [ "\\" "@" ] [ "-" "_" ] name}-${kind}" "set -e\n\n${text}\n"}";
  hook =
    name: def: kind: text:
    lib.optional (text != "") (script name kind text);

  defaultPath = [
    "/run/current-system/sw"
    "/usr/local"
    "/usr"
    ""
  ];
  pathOf =
    def:
    lib.concatMapStringsSep ":" (directory: "${directory}/bin:${directory}/sbin") (
      map toString def.path ++ lib.optionals def.enableDefaultPath defaultPath
    );

  serviceSection =
    name: def:
    let
      environment = {
        PATH = pathOf def;
      }
      // def.environment;
      merged =
        key: values:
        if values == [ ] then { } else { ${key} = values ++ lib.toList (def.serviceConfig.${key} or [ ]); };
    in
    {
      Environment =
        lib.mapAttrsToList (
          key: value: lib.replaceStrings [ "%" ] [ "%%" ] (builtins.toJSON "${key}=${toString value}")
        ) (lib.filterAttrs (_: value: value != null) environment)
        ++ lib.toList (def.serviceConfig.Environment or [ ]);
    }
    // removeAttrs def.serviceConfig [ "Environment" ]
    // lib.optionalAttrs (def.script != "") {
      ExecStart = "${script name "start" def.script} ${def.scriptArgs}";
    }
    // merged "ExecStartPre" (hook name def "pre-start" def.preStart)
    // merged "ExecStartPost" (hook name def "post-start" def.postStart)
    // merged "ExecReload" (hook name def "reload" def.reload)
    // merged "ExecStop" (hook name def "pre-stop" def.preStop)
    // merged "ExecStopPost" (hook name def "post-stop" def.postStop)
    // lib.optionalAttrs def.reloadIfChanged { X-ReloadIfChanged = true; }
    // lib.optionalAttrs (!def.restartIfChanged && !def.reloadIfChanged) { X-RestartIfChanged = false; }
    // lib.optionalAttrs (!def.stopIfChanged) { X-StopIfChanged = false; }
    // lib.optionalAttrs def.notSocketActivated { X-NotSocketActivated = true; };
in
{
  service = name: def: section "Unit" (unit def) + section "Service" (serviceSection name def);
  target = _: def: section "Unit" (unit def);
  timer = _: def: section "Unit" (unit def) + section "Timer" def.timerConfig;
  path = _: def: section "Unit" (unit def) + section "Path" def.pathConfig;
  socket =
    _: def:
    section "Unit" (unit def)
    + section "Socket" (
      def.socketConfig
      // {
        ListenStream = def.listenStreams ++ lib.toList (def.socketConfig.ListenStream or [ ]);
        ListenDatagram = def.listenDatagrams ++ lib.toList (def.socketConfig.ListenDatagram or [ ]);
      }
    );
}
