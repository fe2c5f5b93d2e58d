# Lets a machine pass packets on between its tunnels and to what is named, and nothing else: one table of nftables of its own, whatever
# firewall the machine has, as a packet must be accepted by every table. The iptables firewall filters no forwarded packets.
{ lib }:
let
  name = "netlib-forwarding";
  file = "netlib/modules/wireguard/forwarding";

  switches = {
    ipv4 = [
      "net.ipv4.conf.all.forwarding"
      "net.ipv4.ip_forward"
    ];
    ipv6 = [ "net.ipv6.conf.all.forwarding" ];
  };

  isOn =
    value:
    if value._type or "" == "override" then
      isOn value.content
    else if value._type or "" == "if" then
      value.condition && isOn value.content
    else
      builtins.elem value [
        true
        1
        "1"
      ];

  # Families that the machine's own configuration, such as its networking.nat, forwards anyway: those packets are not ours to drop.
  routedAnyway =
    definitions:
    builtins.filter (
      family:
      builtins.any (
        definition:
        definition.file != file
        && builtins.any (switch: isOn (definition.value.${switch} or false)) switches.${family}
      ) definitions
    ) (builtins.attrNames switches);

  interfaces = tunnels: "{ ${lib.concatMapStringsSep ", " (tunnel: "\"${tunnel}\"") tunnels} }";

  contentOf =
    forwarding: routed:
    ''
      chain forward {
        type filter hook forward priority filter + 5; policy accept;
        ${lib.concatStringsSep "\n  " forwarding.accept}
        ct state established,related accept
        iifname ${interfaces forwarding.tunnels} drop
        oifname ${interfaces forwarding.tunnels} drop
        ${lib.concatMapStringsSep "\n  " (family: "meta nfproto ${family} drop") (
          lib.subtractLists routed (builtins.attrNames switches)
        )}
      }
    ''
    + lib.optionalString (forwarding.masquerade != [ ]) ''
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ${lib.concatStringsSep "\n  " forwarding.masquerade}
      }
    '';

  lines =
    description:
    lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      internal = true;
      inherit description;
    };

  # Once for the machine, however many networks ask for it.
  machine =
    {
      config,
      options,
      pkgs,
      ...
    }:
    let
      forwarding = lib.mapAttrs (_: lib.unique) (removeAttrs config.netlib.forwarding [ "content" ]);
      inherit (config.netlib.forwarding) content;
      isNftables = config.networking.nftables.enable;
      ruleset = pkgs.writeText "${name}.nft" ''
        table inet ${name}
        delete table inet ${name}
        table inet ${name} {
        ${content}}
      '';
      nft = "${pkgs.nftables}/bin/nft";
      tunnelUnits = map (tunnel: "wireguard-${tunnel}.service") forwarding.tunnels;
    in
    {
      options.netlib.forwarding = {
        tunnels = lines "Interfaces between which only what is named passes.";
        accept = lines "Rules of nftables for what passes.";
        content = lib.mkOption {
          type = lib.types.str;
          readOnly = true;
          internal = true;
          description = "The table's chains.";
        };
        masquerade = lines "Rules of nftables for what leaves under the machine's own address.";
      };

      config = lib.mkIf (forwarding.tunnels != [ ]) (
        lib.mkMerge [
          {
            netlib.forwarding.content = contentOf forwarding (
              routedAnyway options.boot.kernel.sysctl.definitionsWithLocations
            );
          }
          (lib.optionalAttrs (options.networking.nftables ? tables) {
            networking.nftables.tables = lib.mkIf isNftables {
              ${name} = {
                family = "inet";
                inherit content;
              };
            };
          })
          {
            # Where it filters, it must accept what this table accepts.
            networking.firewall.extraForwardRules = lib.concatLines forwarding.accept;
            systemd.services.${name} = lib.mkIf (!isNftables) {
              description = "What this machine passes on between its tunnels";
              wantedBy = [ "multi-user.target" ];
              # No tunnel without it.
              requiredBy = tunnelUnits;
              before = [
                "network-pre.target"
                "shutdown.target"
              ]
              ++ tunnelUnits;
              wants = [ "network-pre.target" ];
              after = [ "systemd-modules-load.service" ];
              conflicts = [ "shutdown.target" ];
              unitConfig.DefaultDependencies = false;
              # In one step: nothing passes in between.
              reloadIfChanged = true;
              serviceConfig = {
                Type = "oneshot";
                RemainAfterExit = true;
                ExecStart = "${nft} -f ${ruleset}";
                ExecReload = "${nft} -f ${ruleset}";
                ExecStop = "${nft} delete table inet ${name}";
              };
            };
          }
        ]
      );
    };

  moduleFor = family: {
    key = "netlib/wireguard/forwarding-${family}";
    _file = file;
    # Parameters cannot be defined twice at one priority, and `networking.nat` says the same at 99.
    boot.kernel.sysctl = {
      "net.${family}.conf.all.forwarding" = lib.mkOverride 98 true;
    }
    # Who forwards would otherwise stop listening to routers.
    // lib.optionalAttrs (family == "ipv6") {
      "net.ipv6.conf.all.accept_ra" = lib.mkOverride 98 2;
      "net.ipv6.conf.default.accept_ra" = lib.mkOverride 98 2;
    };
  };

  familyOf = cidr: if lib.hasInfix ":" cidr then "ip6" else "ip";
in
{
  /**
    The rule that lets packets from an interface pass to these networks, one for each.

    # Type

    ```
    toNetworks :: string -> [ cidr ] -> [ string ]
    ```
  */
  toNetworks =
    interface: map (cidr: "iifname \"${interface}\" ${familyOf cidr} daddr ${cidr} accept");

  /**
    Rules for packets from these networks that leave by an interface: what passes, and under which address.
  */
  outBy =
    { interface, external }:
    subnets: {
      accept = map (
        cidr: "iifname \"${interface}\" oifname \"${external}\" ${familyOf cidr} saddr ${cidr} accept"
      ) subnets;
      masquerade = map (
        cidr: "oifname \"${external}\" ${familyOf cidr} saddr ${cidr} masquerade"
      ) subnets;
    };

  /**
    A NixOS module: the machine passes on what comes from a tunnel and goes into it again, and what the rules accept.

    # Type

    ```
    between :: { interface; subnets = [ cidr ]; accept ? [ string ]; masquerade ? [ string ]; } -> module
    ```
  */
  between =
    {
      interface,
      subnets,
      accept ? [ ],
      masquerade ? [ ],
    }:
    {
      imports = [
        {
          key = "netlib/wireguard/forwarding";
          _file = file;
          imports = [ machine ];
        }
        (moduleFor "ipv4")
      ]
      ++ lib.optional (builtins.any (cidr: familyOf cidr == "ip6") subnets) (moduleFor "ipv6");
      netlib.forwarding = {
        tunnels = [ interface ];
        accept = [ "iifname \"${interface}\" oifname \"${interface}\" accept" ] ++ accept;
        inherit masquerade;
      };
    };
}
