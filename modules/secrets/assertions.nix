# What is refused before anything is evaluated for a node: settings that contradict each other, and files that a node could not read.
{ lib, netlib }:
{
  table,
  state,
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList meant;
  inherit (table) all settings;
  command = words: "nix run .#command -- secrets ${words}";
  names = builtins.attrNames all;
  at = name: "secrets.${name}";

  refuse = message: {
    assertion = false;
    inherit message;
  };
  when = condition: message: lib.optional condition (refuse "${message}");

  ofSettings =
    name: secret:
    let
      origins = lib.count (isThere: isThere) [
        (secret.generator != null)
        (secret.prompt != null)
        (secret.from != null)
      ];
      unknown = lib.subtractLists names secret.dependsOn;
    in
    when (builtins.match table.namePattern name == null)
      "secrets: ${quote name} is not a name for a secret. Use at most 63 lower-case letters, digits, `_`, `-` and `.`${fileOf name}."
    ++ when (origins > 1) "${at name}: set one of `generator`, `prompt` and `from`${fileOf name}."
    ++ when (
      secret.volatile && secret.from == null
    ) "${at name} is volatile and does not say what prints it. Set `from`${fileOf name}."
    ++
      when (!secret.volatile && secret.from != null)
        "${at name}: `from` is of volatile secrets. Set `volatile = true`, or use a `generator`${fileOf name}."
    ++
      when (secret.volatile && secret.neededFor == "users")
        "${at name}: a volatile secret is not there yet when users are made. Remove `neededFor` or `volatile`${fileOf name}."
    ++
      when (secret.neededFor == "users" && secret.owner != "root")
        "${at name}: there is no user ${quote secret.owner} yet when users are made. Remove `owner` or `neededFor`${fileOf name}."
    ++
      when (unknown != [ ])
        "${at name}.dependsOn: there is no secret ${quoteList unknown}.${
          meant (builtins.head (unknown ++ [ "" ])) names
        } Secrets are ${quoteList names}${fileOf name}."
    ++ when (
      secret.dependsOn != [ ] && secret.generator == null
    ) "${at name}: `dependsOn` is for a `generator`, and there is none${fileOf name}.";

  cycle = netlib.graph.findCycle (
    lib.mapAttrs (_: secret: lib.intersectLists names secret.dependsOn) all
  );

  # Keys that age does not take, with what helps.
  adminProblem =
    person: key:
    let
      key' = builtins.head (lib.splitString " " key);
    in
    if lib.hasPrefix "sk-" key then
      "secrets.admins.${person}: age cannot encrypt for a security key of OpenSSH (${key'}), as such a key only signs. "
      + "Use age-plugin-fido2-hmac with the same security key, and set the recipient that it prints (age1fido2-hmac1…)"
    else if lib.hasPrefix "ecdsa-" key then
      "secrets.admins.${person}: age cannot encrypt for ECDSA keys of OpenSSH. Use an ssh-ed25519 key, or `age-keygen`"
    else if lib.hasPrefix "AGE-SECRET-KEY-" key then
      "secrets.admins.${person} holds a private key, which everybody can read now. Make a new one, and set the line that `age-keygen -y` prints"
    else if lib.hasPrefix "ssh-" key && !netlib.ssh.isPublicKey key then
      "secrets.admins.${person}: ${netlib.errors.quoteWord key} is not a whole SSH public key. Copy the line of the .pub file"
    else if builtins.match "(ssh-ed25519|ssh-rsa) .*|age1[0-9a-z+-]+" key == null then
      "secrets.admins.${person}: ${netlib.errors.quoteWord key} is not a recipient of age. Set a line of `age-keygen -y`, an ssh-ed25519 key, or what a plugin prints"
    else
      null;
  ofAdmins = lib.concatLists (
    lib.mapAttrsToList (
      person: keys:
      map (problem: refuse "${problem}${fileOf "admins"}.") (
        builtins.filter (problem: problem != null) (map (adminProblem person) keys)
      )
    ) settings.admins
  );

  # A node whose key is not known yet gets its error where its system is made: gathering facts must go on.
  ofFile =
    name: secret: node:
    let
      marks = table.marks.${node};
      file = state.fileOf name node;
      shown = "${settings.directory}/${name}/${node}.age";
      problem = table.problemOf marks (builtins.readFile file);
      howToMake =
        if secret.version != null then
          "rekey"
        else if secret.generator != null || secret.prompt != null then
          "generate ${name}"
        else
          "edit ${name}";
    in
    if table.hostKeyOf node == null then
      [ ]
    else if marks == null then
      [
        (refuse "${quote node} cannot read ${quote name}: age cannot encrypt for its SSH host key (${builtins.head (lib.splitString " " (table.hostKeyOf node))}). Give it an ssh-ed25519 key (ssh-host-keys.${node}.file), and run: netlib facts gather --on ${node}")
      ]
    else if !builtins.pathExists file then
      [
        (refuse "${quote node} cannot read ${quote name}: there is no ${shown}. Run: ${command howToMake}\n(a new file must be known to git: git add ${settings.directory})")
      ]
    else if problem == "format" then
      [
        (refuse "${quote node} cannot read ${quote name}: ${shown} is not an armored file of age. Run: ${command "rekey"}")
      ]
    else if problem == "recipient" then
      [
        (refuse "${quote node} cannot read ${quote name}: ${shown} is not for its SSH host key, which is another one or has changed. Run: ${command "rekey"}")
      ]
    else if secret.version == null then
      [
        (refuse "${quote name} has no version: ${settings.directory}/${name}/version is missing. Bring it back, or run: ${command howToMake}")
      ]
    else
      [ ];
  ofFiles = lib.concatLists (
    lib.mapAttrsToList (name: secret: lib.concatMap (ofFile name secret) secret.for) table.persistent
  );
in
lib.concatLists (lib.mapAttrsToList ofSettings all)
++ ofAdmins
++ when (
  cycle != [ ]
) "secrets: generators depend on each other in a circle: ${lib.concatStringsSep " -> " cycle}."
++ lib.optionals (settings.backend == null) (
  when (table.persistent != { } && settings.admins == { }) (
    "secrets.admins is empty, so nobody but the nodes could ever read or change a secret. "
    + "Set your age or ssh-ed25519 public key"
  )
  ++ ofFiles
)
