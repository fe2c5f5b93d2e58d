# expect: Failed assertions:
# expect: users.users.bob
{ users.users.bob.extraGroups = [ ]; }
