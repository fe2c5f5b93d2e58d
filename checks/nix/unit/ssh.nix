# Public keys of OpenSSH as text, base64, and the app that runs the commands of modules.
{ subject, ... }:
let
  inherit (subject) lib netlib;
  inherit (netlib) ssh base64;
  ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
  ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY=";
  program =
    commands:
    (subject.outputsOf {
      lab = {
        network.id = "lab";
        inherit commands;
      };
    }).apps.x86_64-linux.command-lab.program;
in
{
  "lines of .pub files are keys" = {
    expr = map ssh.isPublicKey [
      ed25519
      "${ed25519} anna@laptop"
      "${ed25519} two words"
      ecdsa
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== old"
      "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t token"
    ];
    expected = lib.genList (_: true) 6;
  };
  "other text is none: halves, options, private keys, line breaks" = {
    expr = map ssh.isPublicKey [
      ""
      "ssh-ed25519"
      (builtins.substring 0 60 ed25519)
      "no-pty ${ed25519}"
      "command=\"true\" ${ed25519}"
      "-----BEGIN OPENSSH PRIVATE KEY-----"
      "${ed25519}\n${ed25519}"
      "${ed25519} comment\n${ed25519}"
      "${ed25519} comment\r"
      " ${ed25519}"
      "ssh-dss AAAAB3NzaC1kc3M="
    ];
    expected = lib.genList (_: false) 11;
  };
  "equal keys with other comments are equal" = {
    expr = map ssh.bareKey [
      "${ed25519} one"
      ed25519
      "${ecdsa} curve"
    ];
    expected = [
      ed25519
      ed25519
      ecdsa
    ];
  };
  "base64: the test vectors of RFC 4648" = {
    expr = map base64.encode [
      ""
      "f"
      "fo"
      "foo"
      "foob"
      "fooba"
      "foobar"
      "~?>\n"
    ];
    expected = [
      ""
      "Zg=="
      "Zm8="
      "Zm9v"
      "Zm9vYg=="
      "Zm9vYmE="
      "Zm9vYmFy"
      "fj8+Cg=="
    ];
  };
  "each network has one app for the commands of its modules" = {
    expr = lib.hasSuffix "-netlib-command" (program {
      hello = {
        description = "Greet";
        script = "echo hello";
      };
    });
    expected = true;
  };
}
