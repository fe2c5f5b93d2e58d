# shellcheck shell=bash disable=SC2034,SC2154
# Has git merge two lock files. Before it stands `merge_lock`, a file of Nix.
cat > "$scratch/merge-lock" << DRIVER
#!/bin/sh
nix --extra-experimental-features nix-command eval --impure --raw --expr "
  import $merge_lock { ours = builtins.readFile \"\$(realpath "\$2")\"; theirs = builtins.readFile \"\$(realpath "\$3")\"; }
" > "\$2.merged" 2> /dev/null && mv -- "\$2.merged" "\$2"
DRIVER
chmod +x "$scratch/merge-lock"
echo 'flake.lock merge=netlib-lock' > "$scratch/attributes"
merging=(-c core.attributesFile="$scratch/attributes" -c merge.netlib-lock.name="the newer pin of each input"
  -c merge.netlib-lock.driver="$scratch/merge-lock %O %A %B")
