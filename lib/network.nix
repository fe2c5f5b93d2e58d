# One network: its modules evaluated, its assertions checked, its plan and the systems of its nodes.
{
  lib,
  errors,
  ip,
  types,
  graph,
  nixpkgs,
}:
let
  facts = import ./facts.nix { inherit lib errors; };
  nixos = import ./nixos.nix { inherit lib errors; };
  ssh = import ./ssh.nix { inherit lib; };
  base64 = import ./base64.nix { inherit lib; };
  selector = import ./selectors { inherit lib errors; };
  planDocument = import ./plan/document.nix {
    inherit
      lib
      errors
      graph
      selector
      ;
  };
  jobs = import ./plan/jobs.nix { inherit lib; };
  renderTopology = import ./topology { inherit lib; };
  renamed = import ./renamed.nix { inherit lib errors; };
  explain = import ./explain { inherit lib errors; };
  explainRequest = import ./explain/request.nix { inherit lib errors; };
  renderPrograms = import ./programs { inherit lib; };
  documentation = import ./documentation.nix { inherit lib; };
  instanceModules = import ./instance-modules.nix { inherit lib; };
  resolve = import ./resolve.nix { inherit lib errors graph; };
  unknownOptions = import ./unknown-options.nix { inherit lib errors; };

  # What network modules get as the argument `netlib`, from the network as a whole: it may be used where `imports` and options are made.
  # `written` is the same network with its selectors as they are written, where the type of those is `selectorsType`.
  helpersOf =
    {
      selectorsType,
      written,
      network,
    }:
    let
      inherit
        (import ./conflicts/sources.nix {
          inherit lib errors;
          inherit (network) options;
        })
        describe
        ;
      paths = import ./paths.nix {
        inherit lib errors describe;
        inherit (network) config;
      };
      references = import ./references.nix {
        inherit
          lib
          types
          errors
          selectorsType
          ;
        inherit (network) config;
      };
      getFact = facts.get {
        inherit (network.config) nodes;
        requests = network.config.facts;
      };
    in
    {
      inherit (paths) addressOf pathTo pathsTo;
      inherit
        base64
        errors
        getFact
        graph
        ip
        nixpkgs
        references
        renamed
        ssh
        types
        ;
      # A fact of a node by its name, where nobody in particular needs it.
      fact =
        node: name:
        getFact {
          inherit node name;
          neededBy = "the network";
        };
      instances = instanceModules {
        inherit errors references getFact;
        unknown = unknownOptions.other;
        inherit (paths) addressOf;
        inherit (network) config options;
      };
      resolve = arguments: resolve (arguments // { inherit written; });
      # Seconds as people write them.
      showDuration = (import ./durations.nix { inherit lib; }).show;
      inherit privateKeyPlaceholder;
    };

  # Stands for a private key in files of `render`.
  privateKeyPlaceholder = "@PRIVATE_KEY@";

  checked =
    config: value:
    let
      failing = builtins.filter (item: !item.assertion) config.assertions;
      causes = map (item: item.cause) failing;
      # Who reads of a cause needs none of its consequences, and nothing twice.
      failed = builtins.filter (
        item: !builtins.any (cause: builtins.elem cause causes) item.causedBy
      ) failing;
    in
    # What has an old name is the cause of whatever else is wrong.
    renamed.refuse config.renamed (
      if failed == [ ] then
        value
      else
        errors.failedAssertions config.network.name (lib.unique (map (item: item.message) failed))
    );
in
{
  # `check` is what the caller knows about several networks: it lets the value through or throws.
  evaluate =
    {
      self,
      inputs,
      module,
      check,
      deployerSystems,
    }:
    let
      evaluateWith =
        network: specialArgs: selectorsType: more:
        lib.evalModules {
          class = "netlib";
          specialArgs =
            unknownOptions.specialArgs
            // {
              inherit self inputs;
              netlib = helpersOf {
                inherit selectorsType network;
                written = written.config;
              };
            }
            // specialArgs;
          modules = more ++ [
            unknownOptions.arguments
            {
              _file = ./network.nix;
              _module.args.readFacts = facts.read self;
            }
            ./assertions.nix
            ./conflicts
            ./assertions/checks.nix
            ./assertions/order.nix
            ./assertions/roles.nix
            ./assertions/rollouts.nix
            ./assertions/steps.nix
            ./options/activation.nix
            ./options/assertions.nix
            ./options/checks.nix
            ./options/commands.nix
            ./options/deploy.nix
            ./options/exports.nix
            ./options/externals.nix
            ./options/facts.nix
            ./options/generations.nix
            ./options/network.nix
            ./options/nixos.nix
            ./options/nodes.nix
            ./options/plans.nix
            ./options/renamed.nix
            ./options/render.nix
            ./options/resolved.nix
            ./options/roles.nix
            ./options/rollout.nix
            ./options/status.nix
            module
          ];
        };
      withAny = {
        _module.check = false;
      };
      evaluated = evaluateWith evaluated { } (select: types.nodeSelectors select) [ withAny ];
      # Evaluated only when some selector names an instance of a module.
      written = evaluateWith written { } (_: types.selectors) [ withAny ];
      # Throws where something is defined that is no option.
      named = evaluateWith evaluated { inherit (evaluated) config; } (_: types.selectors) [
        (unknownOptions.network (import ../modules))
      ];
      config = builtins.seq named.config evaluated.config;
      inherit (evaluated) options;
      guard = value: check (checked config value);

      # Facts that are there must agree too, before anything is made of them.
      keyConflicts = evaluated._module.args.keyConflicts;
      guardKeys =
        value:
        if keyConflicts == [ ] then value else errors.failedAssertions config.network.name keyConflicts;

      systemOf =
        name:
        builtins.addErrorContext
          "while evaluating the node ${errors.quote name} of the network ${errors.quote config.network.name}"
          (
            nixos.evaluate {
              inherit name;
              network = config;
            }
          );
      factProgramOf =
        name: node:
        gather.onNode {
          pkgs = nixos.pkgsOf node.nixpkgs node.system;
          node = name;
          requests = config.facts.${name} or { };
        };
      accessOf = import ./access.nix { inherit lib; };
      # Evaluators print warnings without saying whose they are; here they travel with the node's own result.
      toplevelOf =
        name: system:
        let
          inherit (system.config.system.build) toplevel;
          netlib = {
            node = name;
            inherit (system.config) warnings;
            access = accessOf config.nodes.${name}.target system.config;
          };
        in
        toplevel
        // {
          meta = toplevel.meta or { } // {
            inherit netlib;
          };
        };
      # What prepares a run is carried out although assertions fail: it may be what mends them.
      planFor =
        let
          document = planDocument config;
          guarded = guard document;
        in
        request:
        if builtins.compareVersions builtins.nixVersion "2.24" < 0 then
          errors.fail "this machine has Nix ${builtins.nixVersion}, and netlib needs Nix 2.24 or later (Lix 2.90)"
        else if document.prepares request then
          document.answer request // source
        else
          guarded.answer request // source;
      # What a flake of git knows of itself, for programs of plans.
      source.flake = {
        commit = self.rev or (lib.mapNullable (lib.removeSuffix "-dirty") (self.dirtyRev or null));
        dirty =
          if self ? rev then
            false
          else if self ? dirtyRev then
            true
          else
            null;
      };
      explained = explain {
        inherit systems;
        pins = lib.mapAttrs (_: node: node.nixpkgs) config.nodes;
      };
      places = renderPrograms config;
      gather = import ./programs/gather.nix {
        inherit lib;
        inherit (places) programs;
      };
      systems = lib.mapAttrs (name: _: guard (guardKeys (systemOf name))) config.nodes;
      toplevels = lib.mapAttrs toplevelOf systems;
      factPrograms = lib.mapAttrs (name: node: guard (factProgramOf name node)) config.nodes;
      programs = lib.mapAttrs (
        name: make: guard (make (nixos.pkgsOf config.nodes.${name}.nixpkgs config.nodes.${name}.system))
      ) places.onNodes;
      # From the nixpkgs that nodes have unless they say otherwise.
      deployerPrograms = lib.genAttrs deployerSystems (system: places.onDeployer (deployerPkgs system));
      recorders = lib.genAttrs deployerSystems (
        system: gather.onDeployer (deployerPkgs system) { inherit (config) nodes facts; }
      );
      deployerPkgs = nixos.pkgsOf (inputs.nixpkgs or nixpkgs);
    in
    {
      inherit
        config
        options
        systems
        guard
        toplevels
        factPrograms
        programs
        deployerPrograms
        recorders
        ;
      # What a document names to be evaluated, as one set.
      jobsFor = jobs {
        inherit
          toplevels
          factPrograms
          programs
          deployerPrograms
          recorders
          ;
      };
      # What the driver asks for: one document for one request; and that of deploying everything.
      inherit planFor;
      plan = planFor { };
      # What `netlib explain` asks for: one document for one question.
      explainFor = explainRequest explained;
      # For people: also of a network that does not hold together yet.
      documentation = documentation.pages {
        inherit options;
        roots = [
          self
          ../.
        ];
      };
      topology = guard (renderTopology config);
      # Files of machines that nobody deploys.
      rendered = {
        inherit privateKeyPlaceholder;
        files = guard config.render;
      };
    };
}
