# Deployment nodes: nodes from which people, or timers, deploy. They have the tool, a clone of the network's repository, and a key that the
# nodes they deploy to accept.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  settings = config.deployer;
  fact = "deployer-key";
  folder = "/var/lib/netlib-deployer";
  keyFile = "${folder}/id_ed25519";
  keyOf =
    node:
    netlib.getFact {
      inherit node;
      name = fact;
      neededBy = "the nodes that it deploys to";
    };
  # As known_hosts names it.
  nameOf =
    node: host:
    let
      inherit (config.nodes.${node}.target) port;
    in
    if port == null || port == 22 then host else "[${host}]:${toString port}";

  ofDeployer =
    node:
    { pkgs, ... }:
    {
      environment = {
        etc."netlib/deployer".text = "${config.network.name or "network"}\n";
        systemPackages = [
          (pkgs.callPackage settings.package { })
          pkgs.git
          pkgs.openssh
        ];
      };

      programs.ssh = {
        # Root's alone: for everybody else these lines are not there.
        extraConfig = ''
          Match localuser root
            IdentityFile ${keyFile}
          Match all
        '';
        knownHosts = lib.genAttrs settings.targets (target: {
          hostNames = map (nameOf target) (
            lib.unique ([ config.nodes.${target}.target.host ] ++ config.nodes.${target}.addresses)
          );
          publicKey = config.exports.publicKeys.ssh-host.${target};
        });
      };

      systemd.services.netlib-clone = lib.mkIf (settings.clone != null) {
        description = "netlib, a clone of the network's repository to deploy from";
        wantedBy = [ "multi-user.target" ];
        path = [ pkgs.git ];
        # It comes with the first deployment, and has a commit when that is confirmed, which starts this once more.
        unitConfig.ConditionPathExists = [
          "/var/lib/netlib/network.git/HEAD"
          "!${settings.clone}"
        ];
        serviceConfig.Type = "oneshot";
        script = ''
          git --git-dir=/var/lib/netlib/network.git rev-parse -q --verify refs/heads/main >/dev/null || exit 0
          rm -rf -- ${lib.escapeShellArg settings.clone}.new
          git clone --quiet -- /var/lib/netlib/network.git ${lib.escapeShellArg settings.clone}.new
          cd ${lib.escapeShellArg settings.clone}.new
          git config user.name ${node}
          git config user.email root@${node}
          git config gpg.format ssh
          git config user.signingKey ${keyFile}.pub
          git config commit.gpgSign true
          mv -T -- ${lib.escapeShellArg settings.clone}.new ${lib.escapeShellArg settings.clone}
        '';
      };
    };

  ofTarget =
    node:
    let
      inherit (config.nodes.${node}.target) user;
      account = if user == null then "root" else user;
    in
    {
      users.users.${account} = {
        openssh.authorizedKeys.keys = lib.mkAfter (
          map (deployer: "restrict ${keyOf deployer} netlib on ${deployer}") settings.nodes
        );
        # An account of which the configuration says nothing more.
        isNormalUser = lib.mkIf (account != "root") (lib.mkDefault true);
      };
    };
in
{
  imports = [
    ../shared/ssh-host-keys.nix
    ../shared/machine-kind.nix
  ];

  options.deployer = {
    nodes = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = ''
        Selectors of the nodes from which the network is deployed. Root there is root on all `targets`: its key, which has no passphrase, never
        leaves the machine.
      '';
      example = [ "@admin" ];
    };

    targets = lib.mkOption {
      type = netlib.references.nodes;
      default = builtins.attrNames config.nodes;
      defaultText = lib.literalMD "all nodes";
      description = "Selectors of the nodes that they may deploy to, which accept their keys for the account of `target.user`.";
      example = [ "@staging" ];
    };

    clone = lib.mkOption {
      type = lib.types.nullOr (lib.types.strMatching "/[A-Za-z0-9._/@+-]+");
      default = "/root/network";
      description = "Where they have a clone of the network's repository, made once from what `git-tracking` keeps on the machine. Null makes none.";
      example = "/srv/network";
    };

    package = lib.mkOption {
      type = lib.types.raw;
      default = ../../lib/package.nix;
      defaultText = lib.literalMD "netlib, built from the nixpkgs of the node";
      description = "The tool, as `pkgs.callPackage` takes it.";
      example = lib.literalExpression "{ system, ... }: inputs.netlib.packages.\${system}.netlib";
    };

    keys = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      readOnly = true;
      description = "The public keys of these nodes, such as for `git-tracking.signers`, so that what they deploy by themselves counts as signed.";
      example = {
        alpha = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
      };
    };
  };

  config = {
    deployer.keys = lib.genAttrs settings.nodes keyOf;

    assertions = lib.optional (settings.nodes != [ ] && settings.targets == [ ]) {
      assertion = false;
      message = "deployer.targets selects no node, so deployer.nodes could deploy to nothing. Leave it out, which means all nodes${netlib.errors.filesOf options.deployer.targets}.";
    };

    ssh-host-keys = lib.mkIf (settings.nodes != [ ]) (lib.genAttrs settings.targets (_: { }));

    facts = lib.genAttrs settings.nodes (_: {
      ${fact} = {
        description = "SSH key with which the machine deploys, at ${keyFile}";
        pattern = netlib.ssh.keyPattern;
        unique = true;
        packages = pkgs: [ pkgs.openssh ];
        script = ''
          mkdir -p -m 0700 ${folder}
          [ -e ${keyFile} ] || ssh-keygen -q -t ed25519 -N "" -C "" -f ${keyFile}
          ssh-keygen -y -f ${keyFile} | cut -d " " -f 1,2
        '';
      };
    });

    # After those of git-tracking, which give the repository its commit.
    plans.deploy.hooks.onConfirm = lib.mkIf (settings.clone != null && settings.nodes != [ ]) {
      netlib-clone = {
        on = settings.nodes;
        script = "systemctl start --no-block netlib-clone.service || :";
      };
    };

    configure = lib.mkIf (settings.nodes != [ ]) (
      lib.mkMerge [
        (lib.genAttrs settings.nodes ofDeployer)
        (lib.genAttrs settings.targets ofTarget)
      ]
    );
  };
}
