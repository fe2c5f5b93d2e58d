# shellcheck shell=bash disable=SC2154
# Adds the rules, after those of an earlier start are gone.
for family in -4 -6; do
    for preference in 5205 5206 5207; do
        while ip "$family" rule delete pref "$preference" 2> /dev/null; do :; done
    done
    # Who was called at an address of the node answers from there.
    ip -o "$family" address show scope global | while read -r _ device _ address _; do
        [ "$device" = "$INTERFACE" ] || ip "$family" rule add pref 5205 from "${address%/*}" lookup main
    done
    # The node's own links stay reachable: main's routes but for the default one.
    ip "$family" rule add pref 5206 lookup main suppress_prefixlength 0
    ip "$family" rule add pref 5207 not fwmark "$MARK" lookup "$TABLE"
done
