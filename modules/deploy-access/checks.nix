# The keys of all deployers are where sshd looks for them: a deployment after which one is missing rolls back on its own.
{ lib }:
table:
lib.mapAttrs (node: access: {
  deploy-access = {
    description = "The deployers of ${node} may log in";
    exec = {
      packages = pkgs: [ pkgs.gnugrep ];
      script = ''
        accounts=(${lib.escapeShellArgs access.accounts})
        keys=(${lib.escapeShellArgs access.keys})
        for account in "''${accounts[@]}"; do
          file=/etc/ssh/authorized_keys.d/$account
          for key in "''${keys[@]}"; do
            if ! grep -qxF -- "$key" "$file"; then
              echo "$file lacks the key $key, which deploy-access put there. Deploy again, and look what else writes to that file."
              exit 1
            fi
          done
        done
      '';
    };
  };
}) table.nodes
