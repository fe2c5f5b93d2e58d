# expect: The option `systemd.services.x.restartsIfChanged' does not exist
{ systemd.services.x.restartsIfChanged = true; }
