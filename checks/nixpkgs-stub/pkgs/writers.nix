# Builders of one text, script or command output.
{ lib, final }:
let
  inherit (final.stdenv) mkDerivation;
  interpreter = final.runtimeShell;
in
{
  runtimeShell = "${final.bash}/bin/bash";

  runCommand =
    name: env: buildCommand:
    mkDerivation (
      env
      // {
        inherit name buildCommand;
      }
    );
  runCommandLocal = final.runCommand;
  runCommandCC = final.runCommand;
  runCommandNoCC = final.runCommand;

  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      checkPhase ? "",
      meta ? { },
      passthru ? { },
    }:
    mkDerivation {
      inherit
        name
        text
        destination
        passthru
        ;
      meta =
        lib.optionalAttrs (executable && destination != "") { mainProgram = baseNameOf destination; }
        // meta;
      passAsFile = [ "text" ];
      mode = if executable then "0555" else "0444";
      buildCommand = ''
        target=$out$destination
        mkdir -p "$(dirname "$target")"
        cp "$textPath" "$target"
        chmod "$mode" "$target"
        ${checkPhase}
      '';
    };

  writeText = name: text: final.writeTextFile { inherit name text; };

  writeTextDir =
    path: text:
    final.writeTextFile {
      name = baseNameOf path;
      inherit text;
      destination = "/${path}";
    };

  writeScript =
    name: text:
    final.writeTextFile {
      inherit name text;
      executable = true;
    };

  writeScriptBin =
    name: text:
    final.writeTextFile {
      inherit name text;
      executable = true;
      destination = "/bin/${name}";
    };

  writeShellScript =
    name: text:
    final.writeTextFile {
      inherit name;
      executable = true;
      text = "#!${interpreter}\n${text}";
    };

  writeShellScriptBin =
    name: text:
    final.writeTextFile {
      inherit name;
      executable = true;
      destination = "/bin/${name}";
      text = "#!${interpreter}\n${text}";
      checkPhase = ''
        ${interpreter} -n "$target"
      '';
    };

  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
      runtimeEnv ? { },
      bashOptions ? [
        "errexit"
        "nounset"
        "pipefail"
      ],
      meta ? { },
      # Accepted, as callers written for the real one pass them; there is no linter in the build here.
      excludeShellChecks ? [ ],
      checkPhase ? null,
    }:
    final.writeTextFile {
      inherit name meta;
      executable = true;
      destination = "/bin/${name}";
      text =
        "#!${interpreter}\n"
        + lib.concatMapStrings (option: "set -o ${option}\n") bashOptions
        + lib.concatStrings (
          lib.mapAttrsToList (key: value: ''
            ${lib.toShellVar key value}
            export ${key}
          '') runtimeEnv
        )
        + lib.optionalString (runtimeInputs != [ ]) ''
          export PATH="${lib.makeBinPath runtimeInputs}:$PATH"
        ''
        + "\n${text}\n";
      checkPhase =
        if checkPhase == null then
          ''
            ${interpreter} -n "$target"
          ''
        else
          checkPhase;
    };

  writers.writeJSON = name: value: final.writeText name (builtins.toJSON value);
}
