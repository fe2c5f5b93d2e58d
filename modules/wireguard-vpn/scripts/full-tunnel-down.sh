# shellcheck shell=bash
# Takes the rules away.
for family in -4 -6; do
    for preference in 5205 5206 5207; do
        while ip "$family" rule delete pref "$preference" 2> /dev/null; do :; done
    done
done
