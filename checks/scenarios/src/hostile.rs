//! A host whose answers are an attacker's: rules decide what a login finds in place of the command it asked for.

use crate::Site;

/// What sshd runs for every login of every user, in place of the command that was asked for.
const DISPATCH: &str = r#"#!/bin/sh
# The first rule whose pattern fits the command answers; all else runs as it was asked for. netlib asks for a line
# before each answer, by which it knows what the login shell printed from the answer: a rule need not know of it.
whole=${SSH_ORIGINAL_COMMAND:-}
case $whole in
  "sh -c 'eval "*)
    # What shells quote in ways of their own comes as one word that printf reads, with words added to it after that.
    words=${whole##*\'} text=${whole#*"' '"}
    whole=$(printf "${text%\'*}")
    whole=${whole#exec }
    SSH_ORIGINAL_COMMAND=${whole%' "$@"'}$words
    whole=$SSH_ORIGINAL_COMMAND
    ;;
esac
case $whole in
  *'echo; echo netlib-answer-'*)
    rest=${whole#*'echo; echo netlib-answer-'}
    SSH_ORIGINAL_COMMAND=${whole%%'echo; echo netlib-answer-'*}${rest#*'; '}
    echo "netlib-answer-${rest%%;*}"
    ;;
  *' netlib-answer-'*)
    rest=${whole#*' netlib-answer-'}
    SSH_ORIGINAL_COMMAND=${rest#* }
    echo "netlib-answer-${rest%% *}"
    ;;
esac
for rule in /hostile/rules/*; do
  [ -f "$rule/pattern" ] || continue
  pattern=$(cat "$rule/pattern")
  case ${SSH_ORIGINAL_COMMAND:-} in $pattern)
    printf '%s\n' "${rule##*/}" >>/hostile/log
    exec /bin/sh "$rule/program"
    ;;
  esac
done
if [ -n "${SSH_ORIGINAL_COMMAND:-}" ]; then exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"; fi
exec "${SHELL:-/bin/sh}"
"#;

impl Site {
    /// Lets an attacker answer on a host: a login whose command fits the pattern (of `case` in sh) runs the program, a
    /// script of sh that finds the command in `SSH_ORIGINAL_COMMAND` and its input on stdin. Later rules of one name
    /// replace earlier ones; the first name in order that fits wins.
    pub fn hostile(&self, host: &str, name: &str, pattern: &str, program: &str) {
        let machine = self.bed.host(host);
        let rule = format!("/hostile/rules/{name}");
        self.exec_must(host, &format!("mkdir -p {rule} && touch /hostile/log && chmod 666 /hostile/log"));
        let files = [
            ("/hostile/dispatch".to_owned(), DISPATCH.to_owned()),
            (format!("{rule}/program"), program.to_owned()),
            // Last: a rule without a pattern is none.
            (format!("{rule}/pattern"), pattern.to_owned()),
            // Before whatever a deployed system says of sshd: the first value counts.
            ("/etc/ssh/sshd_config.d/00-hostile.conf".to_owned(), "ForceCommand /hostile/dispatch\n".to_owned()),
        ];
        for (path, text) in files {
            machine.write_file(&path, text).unwrap_or_else(|error| panic!("{host}: {path}: {error}"));
        }
        self.exec_must(
            host,
            "chmod -R a+rX /hostile && chmod a+x /hostile/dispatch && systemctl reset-failed ssh && systemctl restart ssh",
        );
    }

    /// Lets the host be honest again in what this rule answered.
    pub fn honest(&self, host: &str, name: &str) {
        self.exec_must(host, &format!("rm -rf /hostile/rules/{name}"));
    }

    /// How often an attacker's rule has answered: a test whose rule never did has shown nothing.
    pub fn answered(&self, host: &str, name: &str) -> usize {
        let log = self.exec_must(host, "cat /hostile/log");
        log.lines().filter(|line| *line == name).count()
    }
}
