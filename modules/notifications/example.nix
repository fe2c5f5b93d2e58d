# A chat hears of everything, a person only of what went wrong.
{
  nodes.alpha = { };
  nodes.beta = { };

  notifications = {
    chat = {
      on = [
        "failed"
        "rolledBack"
        "changed"
      ];
      program = "curl --silent --data-binary @- https://chat.example.org/hooks/deployments";
      packages = pkgs: [ pkgs.curl ];
    };
    anna.program = ''
      { printf 'Subject: deployment: %s\n\n' "$NETLIB_EVENTS" && cat; } | sendmail anna@example.org
    '';
  };
}
