//! Single probes of health checks, run on their node as the loop would run them.

use crate::Site;

impl Site {
    /// Copies the programs of a node there, as a deployment does.
    pub fn copy_programs(&self, node: &str) -> String {
        let programs =
            self.must(&format!("nix build --no-link --print-out-paths .#netlibConfigurations.default.programs.{node}"));
        let programs = programs.trim().to_owned();
        self.must(&format!("nix copy --no-check-sigs --to ssh-ng://root@{node} {programs}"));
        programs
    }

    /// Runs one probe of the check of a node on that node: its exit status and what it says.
    pub fn probe(&self, node: &str, programs: &str, check: &str) -> (i32, String) {
        let output = self.exec(node, &format!("{programs}/bin/check-{node}.{check}"));
        (output.code(), format!("{}{}", output.stdout, output.stderr))
    }
}
