{
  configuration = {
    users.users.alice = {
      isNormalUser = true;
      uid = 1234;
      description = "Alice";
      extraGroups = [ "wheel" ];
    };
    users.users.service = {
      isSystemUser = true;
      group = "service";
      home = "/var/lib/service";
    };
    users.groups.service = { };
    users.groups.team = {
      gid = 1500;
      members = [ "alice" ];
    };
    security.sudo.wheelNeedsPassword = false;
  };

  values =
    { config, lib, ... }:
    {
      alice = lib.getAttrs [
        "name"
        "uid"
        "group"
        "home"
        "createHome"
        "homeMode"
        "isSystemUser"
        "useDefaultShell"
        "description"
        "extraGroups"
      ] config.users.users.alice;
      service =
        lib.getAttrs
          [
            "name"
            "uid"
            "group"
            "home"
            "createHome"
            "isNormalUser"
            "openssh"
          ]
          (
            config.users.users.service // { openssh = config.users.users.service.openssh.authorizedKeys.keys; }
          );
      root = lib.getAttrs [
        "uid"
        "group"
        "home"
      ] config.users.users.root;
      team = config.users.groups.team;
      serviceGroup = config.users.groups.service.gid;
      usersGroup = config.users.groups.users.gid;
      wheel = config.security.sudo.wheelNeedsPassword;
      assertionsHold = lib.all (entry: entry.assertion) config.assertions;
    };

  expected = {
    alice = {
      name = "alice";
      uid = 1234;
      group = "users";
      home = "/home/alice";
      createHome = true;
      homeMode = "700";
      isSystemUser = false;
      useDefaultShell = true;
      description = "Alice";
      extraGroups = [ "wheel" ];
    };
    service = {
      name = "service";
      uid = null;
      group = "service";
      home = "/var/lib/service";
      createHome = false;
      isNormalUser = false;
      openssh = [ ];
    };
    root = {
      uid = 0;
      group = "root";
      home = "/root";
    };
    team = {
      name = "team";
      gid = 1500;
      members = [ "alice" ];
    };
    serviceGroup = null;
    usersGroup = 100;
    wheel = false;
    assertionsHold = true;
  };
}
