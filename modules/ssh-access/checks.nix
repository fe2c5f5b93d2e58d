# Each host shows the key that the others were told: a deployment that changes it rolls back on its own.
{ lib }:
table:
lib.mapAttrs (node: host: {
  ssh-host-key = {
    description = "sshd shows the host key that others know of ${node}";
    exec = {
      packages = pkgs: [
        pkgs.gnugrep
        pkgs.openssh
      ];
      # sshd need not listen on the loopback interface.
      script = ''
        for name in localhost ${lib.escapeShellArgs host.names}; do
          if ssh-keyscan -T 3 -p ${toString host.port} "$name" 2>/dev/null | grep -qF -- ${lib.escapeShellArg host.publicKey}; then
            exit 0
          fi
        done
        echo "sshd at port ${toString host.port} does not show the host key that was gathered. Is it ${host.keyFile}? If the key was changed: netlib facts gather --on ${node}. If sshd has another port here: ssh-host-keys.${node}.port"
        exit 1
      '';
    };
    period = 2;
    timeout = 20;
  };
}) table.hosts
